package hubwatch.peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/**
 * What stage A uses of a record, checked: kind, source, place, instant, and the kind's own value in its range.
 * One instance is filled again and again, so that nothing is allocated but the names.
 */
final class Reading {
    // the streaming parser: binding to objects would look at every field, by reflection
    private static final JsonFactory JSON =
        JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();
    private static final double MOST_KMH = 250;
    private static final int MOST_PERSONS = 50_000;

    String source;
    String place;
    double value;
    long observedAtMs;

    /** Throws IOException for bytes that are no such record. */
    void read(byte[] payload) throws IOException {
        String kind = null;
        source = null;
        place = null;
        value = -1;
        observedAtMs = -1;
        try (JsonParser parser = JSON.createParser(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "kind" -> kind = parser.getText();
                    case "source" -> source = token == JsonToken.VALUE_STRING ? parser.getText() : null;
                    case "place" -> place = token == JsonToken.VALUE_STRING ? parser.getText() : null;
                    case "observed_at_ms" -> observedAtMs = parser.getLongValue();
                    case "speed_kmh" -> value = between(parser.getDoubleValue(), MOST_KMH);
                    case "count" -> value = between(parser.getIntValue(), MOST_PERSONS);
                    default -> parser.skipChildren();
                }
            }
        }
        boolean known = "road_flow".equals(kind) || "crowd_count".equals(kind);
        boolean named = source != null && !source.isEmpty() && place != null && !place.isEmpty();
        if (!known || !named || observedAtMs < 0 || value < 0) {
            throw new IOException("a field is missing or wrong");
        }
    }

    private static double between(double value, double most) throws IOException {
        if (value >= 0 && value <= most) {
            return value;
        }
        throw new IOException(value + " is out of range");
    }
}
