package hubwatch.peer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/** State of a place: records so far, sum and maximum of their values, the newest instant. */
record Aggregate(long count, double sum, double max, long newestMs) {
    static final Aggregate NONE = new Aggregate(0, 0, 0, 0);
    private static final int BYTES = 32;

    Aggregate plus(double value, long observedAtMs) {
        return new Aggregate(
            count + 1, sum + value, Math.max(max, value), Math.max(newestMs, observedAtMs));
    }

    /** A fixed layout: the store reads and writes it once a record. */
    static Serde<Aggregate> serde() {
        Serializer<Aggregate> writing = (topic, it) -> it == null ? null : ByteBuffer.allocate(BYTES)
            .putLong(it.count).putDouble(it.sum).putDouble(it.max).putLong(it.newestMs).array();
        Deserializer<Aggregate> reading = (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            ByteBuffer from = ByteBuffer.wrap(bytes);
            return new Aggregate(
                from.getLong(), from.getDouble(), from.getDouble(), from.getLong());
        };
        return Serdes.serdeFrom(writing, reading);
    }
}
