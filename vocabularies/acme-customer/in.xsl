<?xml version="1.0" encoding="UTF-8"?>
<!-- ACME's record as a customer: an attribute that is not there is null. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:acme="http://acme.example/billing/1" exclude-result-prefixes="acme">

  <xsl:template match="/acme:CUSTREC">
    <customer><xsl:apply-templates select="@*"/></customer>
  </xsl:template>

  <xsl:template match="@CUSTNO"><id><xsl:value-of select="."/></id></xsl:template>
  <xsl:template match="@FNAME"><first><xsl:value-of select="."/></first></xsl:template>
  <xsl:template match="@LNAME"><last><xsl:value-of select="."/></last></xsl:template>
  <xsl:template match="@MAIL"><email><xsl:value-of select="."/></email></xsl:template>
  <xsl:template match="@TEL"><phone><xsl:value-of select="."/></phone></xsl:template>
  <xsl:template match="@FIRM"><company><xsl:value-of select="."/></company></xsl:template>
  <xsl:template match="@ADDR"><street><xsl:value-of select="."/></street></xsl:template>
  <xsl:template match="@TOWN"><city><xsl:value-of select="."/></city></xsl:template>
  <xsl:template match="@ZIP"><postal_code><xsl:value-of select="."/></postal_code></xsl:template>
  <xsl:template match="@CTRY"><country><xsl:value-of select="."/></country></xsl:template>
  <xsl:template match="@*"/>
</xsl:stylesheet>
