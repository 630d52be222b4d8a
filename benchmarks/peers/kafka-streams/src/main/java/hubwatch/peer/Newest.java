package hubwatch.peer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** State of a source: when it observed last (Unix ms), and what. */
record Newest(long observedAtMs, double value) {

    /** A fixed layout: the store reads and writes it once a record. */
    static Serde<Newest> serde() {
        return Serdes.serdeFrom(
            (topic, it) -> it == null ? null : ByteBuffer.allocate(16)
                .putLong(it.observedAtMs).putDouble(it.value).array(),
            (topic, bytes) -> {
                if (bytes == null) {
                    return null;
                }
                ByteBuffer from = ByteBuffer.wrap(bytes);
                return new Newest(from.getLong(), from.getDouble());
            });
    }
}
