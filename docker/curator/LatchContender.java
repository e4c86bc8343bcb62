import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Locale;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.retry.RetryForever;

/** Curator's LeaderLatch for the bench. The protocol is that of bench/contenders/programs/stage.ts. */
public class LatchContender {
  static LeaderLatch latch;

  public static void main(String[] args) throws Exception {
    String path = "/" + args[1];
    String id = args[2];
    CuratorFramework client = CuratorFrameworkFactory.builder()
        .connectString(args[0])
        .sessionTimeoutMs(Integer.parseInt(args[3]))
        .connectionTimeoutMs(2000)
        .retryPolicy(new RetryForever(200))
        .build();
    client.start();
    client.blockUntilConnected();
    Thread looking = new Thread(LatchContender::lookAfterStandstill);
    looking.setDaemon(true);
    looking.start();
    say("ready", System.nanoTime(), String.valueOf(ProcessHandle.current().pid()));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals("campaign")) {
        campaign(client, path, id);
      } else {
        long atNs = System.nanoTime();
        latch.close();
        say("resigning", atNs, "");
        say("resigned", System.nanoTime(), "");
      }
    }
    Runtime.getRuntime().halt(0);
  }

  static void campaign(CuratorFramework client, String path, String id) throws Exception {
    latch = new LeaderLatch(client, path, id);
    latch.addListener(new LeaderLatchListener() {
      public void isLeader() {
        say("elected", System.nanoTime(), "");
      }

      public void notLeader() {
        say("lost", System.nanoTime(), "");
      }
    });
    latch.start();
    while (!latch.hasLeadership()) {
      for (Participant each : latch.getParticipants()) {
        if (!each.getId().equals(id) || latch.hasLeadership()) continue;
        say("standing", System.nanoTime(), "");
        return;
      }
      Thread.sleep(20);
    }
  }

  /** Tells what it says of itself when it first runs after it stood still. */
  static void lookAfterStandstill() {
    long last = System.nanoTime();
    while (true) {
      try {
        Thread.sleep(2);
      } catch (InterruptedException error) {
        return;
      }
      long now = System.nanoTime();
      if (now - last > 1_000_000_000L) {
        boolean leads = latch != null && latch.hasLeadership();
        say("awake", System.nanoTime(), leads ? "leads" : "led");
      }
      last = now;
    }
  }

  static synchronized void say(String event, long atNs, String more) {
    System.out.println(String.format(Locale.ROOT, "%s %.6f %s", event, atNs / 1e6, more));
    System.out.flush();
  }
}
