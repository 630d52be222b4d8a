package hubwatch.peer;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Wall and CPU time of this process between two records; the counterpart of streams.bench.peers.meter. */
final class Meter {
    private static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long records;
    private final long warmUp;
    private long seen;
    private long startedNs;
    private long startedCpuNs;

    Meter(Map<String, String> task) {
        records = Long.parseLong(task.get("records"));
        warmUp = Long.parseLong(task.get("warm_up"));
    }

    /** True when this was the last record. */
    boolean count() {
        seen++;
        if (seen == warmUp) {
            startedNs = System.nanoTime();
            startedCpuNs = SYSTEM.getProcessCpuTime();
        }
        return seen == records;
    }

    /** Prints the result as the last line, and ends the process: stopping is not measured. */
    void report(List<State> states) {
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        double cpuSeconds = (SYSTEM.getProcessCpuTime() - startedCpuNs) / 1e9;
        StringBuilder entries = new StringBuilder();
        states.forEach(state -> state.tell(entries));
        System.out.printf(
            Locale.ROOT,
            "%n{\"records\":%d,\"seconds\":%f,\"cpu_seconds\":%f,\"rss_mb\":%f,\"state\":{%s}}%n",
            records - warmUp, seconds, cpuSeconds, peakMb(), entries.substring(1));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static double peakMb() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(0);
        } catch (IOException error) {
            return 0;
        }
    }
}
