package hubwatch.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Stage A: decode, check, add to the state of the place. One of these serves one partition. */
final class PlaceProcessor implements Processor<byte[], byte[], Void, Void> {
    static final String STORE = "places";

    private final Meter meter;
    private final List<KeyValueStore<String, Aggregate>> stores;
    private final Reading reading = new Reading();
    private KeyValueStore<String, Aggregate> store;

    PlaceProcessor(Meter meter, List<KeyValueStore<String, Aggregate>> stores) {
        this.meter = meter;
        this.stores = stores;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        store = context.getStateStore(STORE);
        stores.add(store);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            reading.read(record.value());
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        Aggregate before = store.get(reading.place);
        Aggregate after = (before == null ? Aggregate.NONE : before)
            .plus(reading.value, reading.observedAtMs);
        store.put(reading.place, after);
        if (meter.count()) {
            meter.report(stores);
        }
    }
}
