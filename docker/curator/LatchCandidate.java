import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.retry.RetryForever;

/** Stands in a LeaderLatch until it is told to stop. Arguments: hosts, path, id, session timeout in milliseconds. */
public class LatchCandidate {
  public static void main(String[] args) throws Exception {
    CuratorFramework client = CuratorFrameworkFactory.builder()
        .connectString(args[0])
        .sessionTimeoutMs(Integer.parseInt(args[3]))
        .connectionTimeoutMs(2000)
        .retryPolicy(new RetryForever(200))
        .build();
    LeaderLatch latch = new LeaderLatch(client, args[1], args[2]);
    latch.addListener(new LeaderLatchListener() {
      public void isLeader() {
        print("elected");
      }

      public void notLeader() {
        print("lost");
      }
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        latch.close();
        client.close();
      } catch (Exception error) {
        print("failed " + error);
      }
    }));
    client.start();
    latch.start();
    print("started");
    Thread.currentThread().join();
  }

  static synchronized void print(String event) {
    System.out.println(event);
    System.out.flush();
  }
}
