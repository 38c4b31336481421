<?xml version="1.0" encoding="UTF-8"?>
<!-- The members that we have of an invoice in UBL 2.1; what else it says is not kept. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:ubl="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    exclude-result-prefixes="ubl cac cbc">

  <xsl:template match="/ubl:Invoice">
    <invoice>
      <xsl:apply-templates select="cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification[1]/cbc:ID"/>
      <xsl:apply-templates select="cbc:InvoiceTypeCode[@listID = 'urn:parley:status']"/>
      <xsl:if test="not(cbc:InvoiceTypeCode/@name = 'not issued')">
        <xsl:apply-templates select="cbc:IssueDate"/>
      </xsl:if>
      <xsl:apply-templates select="cbc:DueDate | cbc:DocumentCurrencyCode | cbc:Note[1]"/>
      <items><xsl:apply-templates select="cac:InvoiceLine"/></items>
    </invoice>
  </xsl:template>

  <xsl:template match="cac:InvoiceLine">
    <item>
      <xsl:if test="number(cbc:ID) = cbc:ID"><id><xsl:value-of select="cbc:ID"/></id></xsl:if>
      <xsl:apply-templates select="cac:Item/cac:SellersItemIdentification/cbc:ID"/>
      <xsl:apply-templates select="cac:Item/cbc:Description[1] | cbc:InvoicedQuantity | cac:Price/cbc:PriceAmount"/>
    </item>
  </xsl:template>

  <xsl:template match="cac:PartyIdentification/cbc:ID"><customer_id><xsl:value-of select="."/></customer_id></xsl:template>
  <xsl:template match="cbc:InvoiceTypeCode"><status><xsl:value-of select="."/></status></xsl:template>
  <xsl:template match="cbc:IssueDate"><issued_on><xsl:value-of select="."/></issued_on></xsl:template>
  <xsl:template match="cbc:DueDate"><due_on><xsl:value-of select="."/></due_on></xsl:template>
  <xsl:template match="cbc:DocumentCurrencyCode"><currency><xsl:value-of select="."/></currency></xsl:template>
  <xsl:template match="cbc:Note"><note><xsl:value-of select="."/></note></xsl:template>
  <xsl:template match="cac:SellersItemIdentification/cbc:ID"><product_id><xsl:value-of select="."/></product_id></xsl:template>
  <xsl:template match="cbc:Description"><description><xsl:value-of select="."/></description></xsl:template>
  <xsl:template match="cbc:PriceAmount"><unit_price><xsl:value-of select="."/></unit_price></xsl:template>

  <!-- 2.00 is a whole number there, and 2 here. -->
  <xsl:template match="cbc:InvoicedQuantity">
    <quantity>
      <xsl:choose>
        <xsl:when test="translate(., '0123456789.', '') = '' and string-length(.) &lt; 15 and floor(.) = number(.)"><xsl:value-of select="format-number(., '0')"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
      </xsl:choose>
    </quantity>
  </xsl:template>
</xsl:stylesheet>
