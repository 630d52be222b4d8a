package hubwatch.peer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** State of a place in a minute of event time: records so far, sum and maximum of their values. */
record Window(long count, double sum, double max) {
    static final Window NONE = new Window(0, 0, 0);
    static final long MINUTE_MS = 60_000;

    Window plus(double value) {
        return new Window(count + 1, sum + value, Math.max(max, value));
    }

    /** A fixed layout: the store reads and writes it once a record. */
    static Serde<Window> serde() {
        return Serdes.serdeFrom(
            (topic, it) -> it == null ? null : ByteBuffer.allocate(24)
                .putLong(it.count).putDouble(it.sum).putDouble(it.max).array(),
            (topic, bytes) -> {
                if (bytes == null) {
                    return null;
                }
                ByteBuffer from = ByteBuffer.wrap(bytes);
                return new Window(from.getLong(), from.getDouble(), from.getDouble());
            });
    }
}
