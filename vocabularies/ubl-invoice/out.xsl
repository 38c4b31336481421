<?xml version="1.0" encoding="UTF-8"?>
<!-- An invoice in UBL 2.1 (OASIS, Invoice-2), for the members that we have. UBL wants an issue date,
     which a draft may lack, and knows no status: InvoiceTypeCode says both, in a list of our own. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    exclude-result-prefixes="xsi">

  <xsl:template match="/invoice">
    <xsl:if test="not(items/item)">
      <xsl:message terminate="yes">an invoice without items, which UBL does not know</xsl:message>
    </xsl:if>
    <xsl:variable name="is-dated" select="issued_on[not(@xsi:nil = 'true')]"/>
    <Invoice>
      <cbc:UBLVersionID>2.1</cbc:UBLVersionID>
      <cbc:ID>
        <xsl:choose>
          <xsl:when test="number[not(@xsi:nil = 'true')]"><xsl:value-of select="number"/></xsl:when>
          <xsl:otherwise>draft-<xsl:value-of select="id"/></xsl:otherwise>
        </xsl:choose>
      </cbc:ID>
      <cbc:IssueDate>
        <xsl:choose>
          <xsl:when test="$is-dated"><xsl:value-of select="issued_on"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="substring(created_at, 1, 10)"/></xsl:otherwise>
        </xsl:choose>
      </cbc:IssueDate>
      <xsl:for-each select="due_on[not(@xsi:nil = 'true')]">
        <cbc:DueDate><xsl:value-of select="."/></cbc:DueDate>
      </xsl:for-each>
      <cbc:InvoiceTypeCode listID="urn:parley:status">
        <xsl:if test="not($is-dated)"><xsl:attribute name="name">not issued</xsl:attribute></xsl:if>
        <xsl:value-of select="status"/>
      </cbc:InvoiceTypeCode>
      <xsl:for-each select="note[not(@xsi:nil = 'true')]">
        <cbc:Note><xsl:value-of select="."/></cbc:Note>
      </xsl:for-each>
      <cbc:DocumentCurrencyCode><xsl:value-of select="currency"/></cbc:DocumentCurrencyCode>
      <cac:AccountingSupplierParty/>
      <cac:AccountingCustomerParty>
        <cac:Party>
          <cac:PartyIdentification>
            <cbc:ID><xsl:value-of select="customer_id"/></cbc:ID>
          </cac:PartyIdentification>
          <xsl:for-each select="customer">
            <cac:PartyName>
              <cbc:Name><xsl:value-of select="concat(first, ' ', last)"/></cbc:Name>
            </cac:PartyName>
          </xsl:for-each>
        </cac:Party>
      </cac:AccountingCustomerParty>
      <cac:LegalMonetaryTotal>
        <cbc:PayableAmount currencyID="{currency}"><xsl:value-of select="total"/></cbc:PayableAmount>
      </cac:LegalMonetaryTotal>
      <xsl:apply-templates select="items/item"/>
    </Invoice>
  </xsl:template>

  <xsl:template match="item">
    <xsl:variable name="currency" select="/invoice/currency"/>
    <cac:InvoiceLine>
      <cbc:ID><xsl:value-of select="id"/></cbc:ID>
      <cbc:InvoicedQuantity><xsl:value-of select="quantity"/></cbc:InvoicedQuantity>
      <cbc:LineExtensionAmount currencyID="{$currency}"><xsl:value-of select="amount"/></cbc:LineExtensionAmount>
      <cac:Item>
        <xsl:for-each select="description[not(@xsi:nil = 'true')]">
          <cbc:Description><xsl:value-of select="."/></cbc:Description>
        </xsl:for-each>
        <cac:SellersItemIdentification>
          <cbc:ID><xsl:value-of select="product_id"/></cbc:ID>
        </cac:SellersItemIdentification>
      </cac:Item>
      <cac:Price>
        <cbc:PriceAmount currencyID="{$currency}"><xsl:value-of select="unit_price"/></cbc:PriceAmount>
      </cac:Price>
    </cac:InvoiceLine>
  </xsl:template>
</xsl:stylesheet>
