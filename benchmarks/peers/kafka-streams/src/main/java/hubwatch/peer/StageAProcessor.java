package hubwatch.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Stage A: decode, check, add to the state. One of these serves one partition. */
final class StageAProcessor implements Processor<byte[], byte[], Void, Void> {
    private final Meter meter;
    private final List<State> states;
    private final Reading reading = new Reading();
    private State state;

    /** All processors share the meter and the list of states; the one stream thread runs them. */
    StageAProcessor(Meter meter, List<State> states) {
        this.meter = meter;
        this.states = states;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        state = new State(context);
        states.add(state);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            reading.read(record.value());
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        state.add(reading);
        if (meter.count()) {
            meter.report(states);
        }
    }
}
