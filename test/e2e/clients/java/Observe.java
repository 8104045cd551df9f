import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.Service.CreateExperiment;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.ExperimentTag;
import org.mlflow.api.proto.Service.FileInfo;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.ActiveRun;
import org.mlflow.tracking.ExperimentsPage;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowContext;
import org.mlflow.tracking.RunsPage;

/** What the Java client sees of the server that the first argument names, a line each. */
public final class Observe {
  private static final List<Metric> NO_METRICS = Collections.emptyList();
  private final MlflowClient client;

  private Observe(MlflowClient client) {
    this.client = client;
  }

  public static void main(String[] arguments) throws Exception {
    MlflowClient client = new MlflowClient(arguments[0]);
    Observe observe = new Observe(client);
    String experiment = observe.experiments();
    String run = observe.runs(experiment);
    observe.pages(experiment);
    observe.models(run);
    observe.context(client);
    observe.files(run);
    observe.refusals(run);
    client.close();
  }

  private String experiments() {
    String id = client.createExperiment(
        CreateExperiment.newBuilder().setName("java").addTags(ExperimentTag.newBuilder().setKey("a").setValue("b")).build());
    client.setExperimentTag(id, "c", "größer");
    client.renameExperiment(id, "java renamed");
    note("experiment", client.getExperiment(id).getName() + " " + client.getExperiment(id).getTagsList().size());
    note("by name", client.getExperimentByName("java renamed").get().getLifecycleStage());
    note("no such name", client.getExperimentByName("nobody").isPresent());
    client.deleteExperiment(id);
    note("deleted", client.getExperiment(id).getLifecycleStage());
    client.restoreExperiment(id);
    ExperimentsPage page = client.searchExperiments("name LIKE 'java%'", ViewType.ALL, 1, Arrays.asList("name DESC"));
    note("found", page.getItems().get(0).getName());
    return id;
  }

  private String runs(String experiment) {
    String id = client.createRun(CreateRun.newBuilder().setExperimentId(experiment).setRunName("one").setStartTime(1).build())
        .getRunId();
    client.logParam(id, "rate", "0.1");
    client.logMetric(id, "loss", 0.5);
    client.logMetric(id, "loss", 0.25, 1_700_000_000_000L, 3);
    client.logMetric(id, "nan", Double.NaN);
    client.logMetric(id, "inf", Double.NEGATIVE_INFINITY);
    client.logMetric(id, "far", 1.0, 5, Long.MAX_VALUE);
    client.setTag(id, "a", "b");
    client.setTag(id, "c", "d");
    client.deleteTag(id, "a");
    client.logBatch(
        id,
        Arrays.asList(Metric.newBuilder().setKey("batch").setValue(1.5).setTimestamp(7).setStep(-1).build()),
        Arrays.asList(Param.newBuilder().setKey("depth").setValue("3").build()),
        Arrays.asList(RunTag.newBuilder().setKey("e").setValue("f").build()));
    client.setTerminated(id, RunStatus.FAILED, 9);
    Run run = client.getRun(id);
    note("run", run.getInfo().getRunName() + " " + run.getInfo().getStatus() + " " + run.getInfo().getEndTime());
    note("params", sorted(run.getData().getParamsList(), item -> item.getKey() + "=" + item.getValue()));
    note("metrics", sorted(run.getData().getMetricsList(), item -> item.getKey() + "=" + item.getValue() + "@" + item.getStep()));
    note("tags", sorted(run.getData().getTagsList(), item -> item.getKey() + "=" + item.getValue()));
    note("history", sorted(client.getMetricHistory(id, "loss"), item -> item.getValue() + "@" + item.getStep()));
    client.deleteRun(id);
    note("listed", client.listRunInfos(experiment).size());
    client.restoreRun(id);
    return id;
  }

  private void pages(String experiment) {
    for (int number = 0; number < 5; number += 1) {
      client.createRun(CreateRun.newBuilder().setExperimentId(experiment).setRunName("p" + number).setStartTime(number + 10).build());
    }
    RunsPage page = client.searchRuns(
        Arrays.asList(experiment), "attributes.run_name LIKE 'p%'", ViewType.ACTIVE_ONLY, 2, Arrays.asList("attributes.start_time ASC"));
    StringBuilder names = new StringBuilder();
    for (;;) {
      for (Run run : page.getItems()) names.append(run.getInfo().getRunName()).append(' ');
      names.append('|');
      if (!page.hasNextPage()) break;
      page = (RunsPage) page.getNextPage();
    }
    note("pages", names);
  }

  private void models(String run) {
    client.sendPost("registered-models/create", "{\"name\": \"java-model\"}");
    String source = client.getRun(run).getInfo().getArtifactUri() + "/model";
    for (int number = 0; number < 2; number += 1) {
      client.sendPost(
          "model-versions/create", "{\"name\": \"java-model\", \"source\": \"" + source + "\", \"run_id\": \"" + run + "\"}");
    }
    client.sendPost(
        "model-versions/transition-stage",
        "{\"name\": \"java-model\", \"version\": \"1\", \"stage\": \"Production\", \"archive_existing_versions\": false}");
    client.sendPatch("model-versions/update", "{\"name\": \"java-model\", \"version\": \"2\", \"description\": \"second\"}");
    note("version", shown(client.getModelVersion("java-model", "2")) + client.getModelVersion("java-model", "2").getDescription());
    note("latest", sorted(client.getLatestVersions("java-model"), Observe::shown));
    note("production", sorted(client.getLatestVersions("java-model", Arrays.asList("Production")), Observe::shown));
    note("model", client.getRegisteredModel("java-model").getLatestVersionsCount());
    note("download", client.getModelVersionDownloadUri("java-model", "1").replace(run, "<run>"));
    note("found", sorted(client.searchModelVersions("name = 'java-model'", 10, Arrays.asList("version_number ASC")).getItems(), Observe::shown));
  }

  private void context(MlflowClient client) throws Exception {
    MlflowContext context = new MlflowContext(client);
    context.setExperimentName("java renamed");
    ActiveRun active = context.startRun("active");
    active.logMetrics(new TreeMap<>(Collections.singletonMap("a", 1.0)), 2);
    active.logParams(new TreeMap<>(Collections.singletonMap("p", "q")));
    active.setTags(new TreeMap<>(Collections.singletonMap("t", "u")));
    active.endRun();
    note("active", client.getRun(active.getId()).getInfo().getStatus());
  }

  /** The client has the `mlflow` of the PATH send the files. */
  private void files(String run) throws Exception {
    Path folder = Files.createTempDirectory("observe");
    Files.write(folder.resolve("a.txt"), "hello".getBytes("UTF-8"));
    client.logArtifact(run, folder.resolve("a.txt").toFile(), "sub dir");
    client.logArtifacts(run, folder.toFile());
    note("files", sorted(client.listArtifacts(run), Observe::shown));
    note("below", sorted(client.listArtifacts(run, "sub dir"), Observe::shown));
    note("text", Files.readAllLines(client.downloadArtifacts(run, "a.txt").toPath()));
  }

  private void refusals(String run) {
    refused("no run", () -> client.getRun("0123456789abcdef0123456789abcdef"));
    refused("another value", () -> client.logParam(run, "rate", "0.2"));
    refused("bad key", () -> client.logMetric(run, "../x", 1));
    refused("no experiment", () -> client.getExperiment("777"));
    refused("same name", () -> client.sendPost("registered-models/create", "{\"name\": \"java-model\"}"));
    refused("filter", () -> client.searchRuns(Arrays.asList("0"), "a OR b"));
    refused("no version", () -> client.getModelVersion("java-model", "9"));
    refused("batch of nothing", () -> client.logBatch("", NO_METRICS, null, null));
  }

  private static String shown(ModelVersion version) {
    return version.getVersion() + version.getCurrentStage() + version.getStatus();
  }

  private static String shown(FileInfo file) {
    return file.getPath() + " " + file.getIsDir() + " " + file.getFileSize();
  }

  private static <T> List<String> sorted(List<T> items, java.util.function.Function<T, String> text) {
    List<String> texts = new ArrayList<>();
    for (T item : items) texts.add(text.apply(item));
    texts.sort(Comparator.naturalOrder());
    return texts;
  }

  private static void refused(String label, Runnable call) {
    try {
      call.run();
      note(label, "no exception");
    } catch (RuntimeException error) {
      note(label, error.getClass().getSimpleName() + " " + error.getMessage());
    }
  }

  private static void note(String label, Object value) {
    System.out.println(label + ": " + value);
  }
}
