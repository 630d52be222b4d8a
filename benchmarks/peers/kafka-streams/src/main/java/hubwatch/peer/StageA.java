package hubwatch.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Stage A on Kafka Streams; the task comes as name=value arguments. */
public final class StageA {
    private StageA() {
    }

    public static void main(String[] arguments) {
        Map<String, String> task = new HashMap<>();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            task.put(pair[0], pair[1]);
        }
        boolean changelog = "true".equals(task.get("changelog"));
        KafkaStreams streams = new KafkaStreams(topology(task, changelog), settings(task, changelog));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.ERROR) {
                Runtime.getRuntime().halt(1);
            }
        });
        streams.start();
    }

    private static Topology topology(Map<String, String> task, boolean changelog) {
        Meter meter = new Meter(task);
        List<State> states = new ArrayList<>();
        Topology topology = new Topology();
        topology.addSource("records", task.get("topic"));
        topology.addProcessor("stage-a", () -> new StageAProcessor(meter, states), "records");
        State.addStores(topology, "stage-a", changelog);
        return topology;
    }

    private static Properties settings(Map<String, String> task, boolean changelog) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, task.get("group"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, task.get("bootstrap_servers"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, task.get("folder"));
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        // as many as our worker has: one
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        // as often as our snapshots; without a changelog a commit is nothing but offsets
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, changelog ? 2_000 : 30_000);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64 * 1_048_576L);
        // the default of 1,000 pauses and resumes partitions all the time
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 20_000);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // large fetches: few round trips
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 64 * 1_048_576);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1_048_576);
        settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1_048_576);
        return settings;
    }
}
