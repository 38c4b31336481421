<?xml version="1.0" encoding="UTF-8"?>
<!-- A customer as ACME's billing of 1999 takes it: one record, everything in attributes. What is
     null has no attribute. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns="http://acme.example/billing/1" exclude-result-prefixes="xsi">

  <xsl:template match="/customer">
    <CUSTREC VERSION="1">
      <xsl:apply-templates select="*[not(@xsi:nil = 'true')]"/>
    </CUSTREC>
  </xsl:template>

  <xsl:template match="id"><xsl:attribute name="CUSTNO"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="first"><xsl:attribute name="FNAME"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="last"><xsl:attribute name="LNAME"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="email"><xsl:attribute name="MAIL"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="phone"><xsl:attribute name="TEL"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="company"><xsl:attribute name="FIRM"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="street"><xsl:attribute name="ADDR"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="city"><xsl:attribute name="TOWN"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="postal_code"><xsl:attribute name="ZIP"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="country"><xsl:attribute name="CTRY"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="updated_at"><xsl:attribute name="CHANGED"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="*"/>
</xsl:stylesheet>
