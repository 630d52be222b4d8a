package hubwatch.peer;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/** What stage A keeps of one partition: the newest value of each source, windows of each place. */
final class State {
    private static final String NEWEST = "newest";
    private static final String WINDOWS = "windows";
    // more event time than a topic of the benchmark holds
    private static final Duration RETENTION = Duration.ofDays(1);

    private final KeyValueStore<String, Newest> newest;
    private final WindowStore<String, Window> windows;

    State(ProcessorContext<Void, Void> context) {
        newest = context.getStateStore(NEWEST);
        windows = context.getStateStore(WINDOWS);
    }

    static void addStores(Topology topology, String processor, boolean changelog) {
        var newest = Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(NEWEST), Serdes.String(), Newest.serde());
        var windows = Stores.windowStoreBuilder(
            Stores.inMemoryWindowStore(
                WINDOWS, RETENTION, Duration.ofMillis(Window.MINUTE_MS), false),
            Serdes.String(), Window.serde());
        topology.addStateStore(kept(newest, changelog), processor);
        topology.addStateStore(kept(windows, changelog), processor);
    }

    private static StoreBuilder<?> kept(StoreBuilder<?> store, boolean changelog) {
        // with the cache the changelog gets one record a key and commit, not one a record;
        // without a changelog the cache would only be a second map
        return changelog
            ? store.withCachingEnabled().withLoggingEnabled(Map.of())
            : store.withCachingDisabled().withLoggingDisabled();
    }

    void add(Reading reading) {
        Newest before = newest.get(reading.source);
        if (before == null || reading.observedAtMs >= before.observedAtMs()) {
            newest.put(reading.source, new Newest(reading.observedAtMs, reading.value));
        }
        long start = reading.observedAtMs - reading.observedAtMs % Window.MINUTE_MS;
        Window window = windows.fetch(reading.place, start);
        windows.put(reading.place, (window == null ? Window.NONE : window).plus(reading.value), start);
    }

    /** Entries of a JSON object, values in thousandths. */
    void tell(StringBuilder entries) {
        try (var all = newest.all()) {
            all.forEachRemaining(each -> entries.append(String.format(
                Locale.ROOT, ",\"%s\":[%d,%d]",
                each.key, each.value.observedAtMs(), Math.round(each.value.value() * 1000))));
        }
        try (var all = windows.all()) {
            all.forEachRemaining(each -> entries.append(String.format(
                Locale.ROOT, ",\"%s@%d\":[%d,%d,%d]",
                each.key.key(), each.key.window().start() / Window.MINUTE_MS, each.value.count(),
                Math.round(each.value.sum() * 1000), Math.round(each.value.max() * 1000))));
        }
    }
}
