import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;

/** Runs one node with the settings given as NAME=VALUE, until its standard input is closed. */
public class Launcher {
  public static void main(String[] arguments) throws Exception {
    Settings.Builder settings = Settings.builder();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      settings.put(pair[0], pair[1]);
    }
    Node node = new Node(
        InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), null, () -> "usher"));
    node.start();
    while (System.in.read() != -1) {}
    node.close();
    System.exit(0);
  }
}
