/** Prints what the JDK's own parser reads of the XML on its input, a line for each leaf: its path, a tab, its text. */

import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public class Read {
    static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
    static final java.io.PrintStream OUT =
        new java.io.PrintStream(System.out, true, java.nio.charset.StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element root = factory.newDocumentBuilder().parse(System.in).getDocumentElement();
        print(root, "{" + (root.getNamespaceURI() == null ? "" : root.getNamespaceURI()) + "}" + root.getLocalName());
    }

    static void print(Element element, String path) {
        boolean isLeaf = true;
        int place = 0;
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child) {
                isLeaf = false;
                print(child, path + "/" + child.getLocalName() + "[" + place++ + "]");
            }
        }
        if (isLeaf) {
            String text = element.getTextContent().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
            OUT.println(path + "\t" + (element.getAttributeNS(XSI, "nil").equals("true") ? "\\N" : text));
        }
    }
}
