import generated.Customer;
import generated.Invoice;
import generated.Invoices;
import generated.Item;
import generated.ObjectFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBElement;
import javax.xml.transform.stream.StreamSource;

/** Reads every page and row of invoices with classes that xjc generated, changes and writes back. */
public class Change {
    private final HttpClient client = HttpClient.newHttpClient();
    private final JAXBContext context = JAXBContext.newInstance(ObjectFactory.class);
    private final String server;

    Change(String server) throws Exception {
        this.server = server;
    }

    public static void main(String[] arguments) throws Exception {
        new Change(arguments[0]).run();
    }

    private void run() throws Exception {
        for (String url = "/invoices?per_page=7&expand=customer"; url != null; ) {
            Invoices page = read(url, Invoices.class);
            for (Invoice row : page.getItems().getInvoice()) {
                tell(row);
                tell(read(row.getLinks().getSelf(), Invoice.class));
            }
            url = page.getLinks().getNext();
        }
        Customer customer = read("/customers/1", Customer.class);
        customer.setPhone("+1 <&> \u00e9");
        customer.setCompany(null);
        write(new ObjectFactory().createCustomer(customer), customer.getLinks().getSelf());
        Invoice draft = read("/invoices/" + System.getProperty("draft"), Invoice.class);
        Item line = draft.getItems().getItem().get(0);
        line.setUnitPrice(new BigDecimal("0.10"));
        line.setQuantity(3);
        write(new ObjectFactory().createInvoice(draft), draft.getLinks().getSelf());
    }

    private void tell(Invoice row) {
        StringBuilder lines = new StringBuilder();
        for (Item item : row.getItems().getItem()) {
            lines.append(" ").append(item.getQuantity()).append("x").append(item.getUnitPrice());
        }
        System.out.println(row.getId() + " " + row.getTotal() + " " + row.getNumber() + lines);
    }

    private <T> T read(String path, Class<T> type) throws Exception {
        HttpRequest request = to(path).GET().build();
        byte[] content = client.send(request, BodyHandlers.ofByteArray()).body();
        StreamSource source = new StreamSource(new ByteArrayInputStream(content));
        return context.createUnmarshaller().unmarshal(source, type).getValue();
    }

    private void write(JAXBElement<?> row, String path) throws Exception {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        context.createMarshaller().marshal(row, content);
        HttpRequest request = to(path).header("Content-Type", "application/xml")
            .PUT(BodyPublishers.ofByteArray(content.toByteArray())).build();
        System.out.println(client.send(request, BodyHandlers.ofByteArray()).statusCode());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server + path)).header("Accept", "application/xml");
    }
}
