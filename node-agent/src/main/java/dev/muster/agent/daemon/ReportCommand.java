// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import com.google.protobuf.ByteString;
import dev.muster.agent.AgentVersion;
import dev.muster.agent.connection.NettyServerConnection;
import dev.muster.agent.connection.ServerAddress;
import dev.muster.agent.connection.UnaryReport;
import dev.muster.agent.execution.WireTimes;
import dev.muster.agent.identity.IdentityStore;
import dev.muster.agent.identity.Trust;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Result;
import dev.muster.proto.type.v1.ResultError;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code agent report}: reports on an invocation without a session, with the key of the state
 * directory. For hooks that finish elsewhere, and for repair.
 */
@Command(
    name = "report",
    description = "Reports on an invocation, such as: report ID succeeded --data @result.json",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(index = "0", paramLabel = "INVOCATION", description = "Id of the invocation.")
  private @Nullable String invocation;

  @Parameters(
      index = "1..*",
      arity = "1..8",
      paramLabel = "STATE",
      description = "acknowledged, started, succeeded, failed, timed-out, cancelled, rejected.")
  private List<String> states = new ArrayList<>();

  @Option(names = "--data", paramLabel = "JSON|@FILE", description = "What the run returned.")
  private @Nullable String data;

  @Option(names = "--exit-code", paramLabel = "N", description = "Exit code of the process.")
  private @Nullable Integer exitCode;

  @Option(names = "--code", paramLabel = "CODE", description = "Short code of why it failed.")
  private @Nullable String code;

  @Option(names = "--message", paramLabel = "TEXT", description = "Why, for people.")
  private String message = "";

  @Option(names = "--epoch", paramLabel = "N", description = "Session that the command came with.")
  private long epoch;

  @Override
  public Integer call() throws GeneralSecurityException {
    return report().code();
  }

  private ExitCode report() throws GeneralSecurityException {
    List<CallbackStep> steps = steps();
    AgentConfig config;
    Optional<NodeSecretKey> key;
    Trust trust;
    try {
      config = AgentConfig.load(common.flags(), System.getenv(), common.config());
      IdentityStore identity = new IdentityStore(config.stateDirectory());
      key = identity.key();
      trust = trust(config, identity);
    } catch (ConfigFaultsException e) {
      err().println(e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      err().println(e.getMessage());
      return ExitCode.STATE_DIRECTORY;
    }
    if (key.isEmpty()) {
      err().println("There is no key in " + config.stateDirectory() + ".");
      return ExitCode.STATE_DIRECTORY;
    }
    Logs.configure("warn");
    UnaryReport report =
        new UnaryReport(
            new NettyServerConnection(
                ServerAddress.parse(config.server()),
                "muster-agent/" + AgentVersion.CURRENT,
                System.getenv()));
    try {
      InvocationState state =
          report.send(trust, key.get(), Objects.requireNonNull(invocation), steps, epoch);
      commandSpec().commandLine().getOut().println(nameOf(state));
      return ExitCode.OK;
    } catch (StatusRuntimeException e) {
      err().println(describe(e));
      return isRefusal(e.getStatus().getCode()) ? ExitCode.REPORT_REFUSED : ExitCode.FAILED;
    }
  }

  private static Trust trust(AgentConfig config, IdentityStore identity) throws IOException {
    if (config.plaintext()) {
      return new Trust.Plaintext();
    }
    Optional<String> authority =
        config.caCertificatePem().isPresent()
            ? config.caCertificatePem()
            : identity.caCertificatePem();
    return authority.<Trust>map(Trust.KnownAuthority::new).orElse(new Trust.PublicAuthorities());
  }

  private List<CallbackStep> steps() {
    List<CallbackStep> steps = new ArrayList<>();
    for (String name : states) {
      steps.add(
          CallbackStep.newBuilder()
              .setState(state(name))
              .setAgentTime(WireTimes.timestamp(Instant.now()))
              .build());
    }
    CallbackStep.Builder last = steps.remove(steps.size() - 1).toBuilder();
    steps.add(completed(last).build());
    return steps;
  }

  private CallbackStep.Builder completed(CallbackStep.Builder last) {
    return switch (last.getState()) {
      case INVOCATION_STATE_SUCCEEDED, INVOCATION_STATE_FAILED, INVOCATION_STATE_TIMED_OUT ->
          last.setResult(result(last.getState()));
      case INVOCATION_STATE_CANCELLED -> last.setStarted(true).setMessage(message);
      case INVOCATION_STATE_REJECTED ->
          last.setReason(code == null ? "REPORTED" : code).setMessage(message);
      default -> last.setMessage(message);
    };
  }

  private Result result(InvocationState state) {
    Result.Builder result = Result.newBuilder().setDataJson(data());
    if (exitCode != null) {
      result.setExitCode(exitCode);
    }
    if (state != InvocationState.INVOCATION_STATE_SUCCEEDED) {
      result.setError(
          ResultError.newBuilder().setCode(code == null ? "REPORTED" : code).setMessage(message));
    }
    return result.build();
  }

  private ByteString data() {
    if (data == null) {
      return ByteString.EMPTY;
    }
    try {
      byte[] json =
          data.startsWith("@")
              ? Files.readAllBytes(Path.of(data.substring(1)))
              : data.getBytes(StandardCharsets.UTF_8);
      StrictJson.checkValue(json, Limits.RESULT_JSON_BYTES);
      return ByteString.copyFrom(json);
    } catch (IOException e) {
      throw new ParameterException(
          commandSpec().commandLine(), "--data: " + data.substring(1) + " cannot be read.", e);
    } catch (StrictJsonException e) {
      throw new ParameterException(commandSpec().commandLine(), "--data: " + e.getMessage(), e);
    }
  }

  private InvocationState state(String name) {
    return switch (name.toLowerCase(Locale.ROOT).replace('_', '-')) {
      case "acknowledged" -> InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
      case "started" -> InvocationState.INVOCATION_STATE_STARTED;
      case "succeeded" -> InvocationState.INVOCATION_STATE_SUCCEEDED;
      case "failed" -> InvocationState.INVOCATION_STATE_FAILED;
      case "timed-out" -> InvocationState.INVOCATION_STATE_TIMED_OUT;
      case "cancelled" -> InvocationState.INVOCATION_STATE_CANCELLED;
      case "rejected" -> InvocationState.INVOCATION_STATE_REJECTED;
      default ->
          throw new ParameterException(
              commandSpec().commandLine(), "\"" + name + "\" is not a state to report.");
    };
  }

  private static boolean isRefusal(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL, RESOURCE_EXHAUSTED, CANCELLED ->
          false;
      default -> true;
    };
  }

  private static String describe(StatusRuntimeException failure) {
    String reason = WireErrors.reasonOf(failure).map(WireErrors::nameOf).orElse("");
    String outcome = WireErrors.metadataOf(failure).getOrDefault("outcome", "");
    return String.join(
        " ",
        List.of(
            failure.getStatus().getCode().toString(),
            reason,
            outcome,
            String.valueOf(failure.getStatus().getDescription())));
  }

  private static String nameOf(InvocationState state) {
    return state.name().substring("INVOCATION_STATE_".length());
  }

  private PrintWriter err() {
    return commandSpec().commandLine().getErr();
  }

  private CommandSpec commandSpec() {
    return Objects.requireNonNull(spec);
  }
}
