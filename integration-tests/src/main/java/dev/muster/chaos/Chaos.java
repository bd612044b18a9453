// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Asked;
import dev.muster.chaos.check.Checker;
import dev.muster.chaos.check.Deeds;
import dev.muster.chaos.check.Evidence;
import dev.muster.chaos.check.Mishap;
import dev.muster.chaos.check.Outputs;
import dev.muster.chaos.check.Recorded;
import dev.muster.chaos.check.Trace;
import dev.muster.chaos.check.Written;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of the breaker: a fleet, work and faults for a while, then calm until all has settled,
 * then the verdict. Driven by one thread.
 */
public final class Chaos {
  private static final int OPERATORS = 3;
  private static final int GHOSTS = 250;
  private static final Duration PROGRESS = Duration.ofSeconds(10);
  private static final Duration LONG_ENOUGH_TO_BE_ABSENT = Duration.ofMinutes(4);

  /** The longest wait of an operator who does not give up. */
  private static final Duration ANSWER = Duration.ofMinutes(2);

  /** No deadline of the workload is later, with a minute on top. */
  private static final Duration SETTLE = Duration.ofSeconds(270);

  /** An agent's longest wait before it connects, and a little. */
  private static final Duration RETURN = Duration.ofSeconds(80);

  /** So long must an agent be back before what it knows should have healed. */
  private static final Duration HEAL = Duration.ofSeconds(23);

  private final ChaosPlan plan;
  private final PrintStream out;
  private final Fleet fleet;
  private final FaultLog log = new FaultLog();
  private final Calm calm = new Calm();
  private final Errands errands = new Errands();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Workload> workloads = new ArrayList<>();
  private final List<Thread> breakers = new ArrayList<>();
  private final List<Thread> operators = new ArrayList<>();
  private final Instant start = Instant.now();

  private Chaos(ChaosPlan plan, PrintStream out, Fleet fleet) {
    this.plan = plan;
    this.out = out;
    this.fleet = fleet;
  }

  /**
   * Runs the breaker and prints its seed, its progress and the verdict.
   *
   * @throws ChaosFailedException if it could not be judged
   */
  public static Verdict run(ChaosPlan plan, PrintStream out) {
    out.println("seed " + plan.seed());
    Path folder;
    try {
      folder = Files.createTempDirectory("muster-chaos-");
    } catch (IOException e) {
      throw new ChaosFailedException("no temporary folder", e);
    }
    boolean clean = false;
    try (Fleet fleet =
        Fleet.start(folder, plan.nodes(), GHOSTS, new Chance(plan.seed(), "clocks"))) {
      // Also on Ctrl-C. Closing twice is fine.
      Thread stop = new Thread(fleet::close, "chaos-stop");
      Runtime.getRuntime().addShutdownHook(stop);
      Verdict verdict = new Chaos(plan, out, fleet).play(folder);
      clean = verdict.isClean();
      return verdict;
    } catch (IOException e) {
      throw new ChaosFailedException("the fleet could not be made in " + folder, e);
    } finally {
      if (clean && !plan.keep()) {
        Folders.remove(folder);
      } else {
        out.println("evidence in " + folder);
      }
    }
  }

  private Verdict play(Path folder) {
    out.println("clocks of agents are wrong by " + clockSkews().values());
    breakThings();
    while (Duration.between(start, Instant.now()).compareTo(plan.faults()) < 0
        && failure.get() == null) {
      Duration left = plan.faults().minus(Duration.between(start, Instant.now()));
      var unused = calm.pause(left.compareTo(PROGRESS) < 0 ? left : PROGRESS);
      progress("faults " + log.mishaps().size() + ", dispatches " + asked().size());
    }
    calm.begin();
    breakers.forEach(thread -> join(thread, ANSWER));
    Instant calmSince = Instant.now();
    operators.forEach(thread -> join(thread, ANSWER));
    rethrow();
    progress("calm: waiting until all has settled");
    Evidence evidence = await(calmSince);
    Verdict verdict = Verdict.of(evidence, Checker.check(evidence));
    verdict.lines().forEach(out::println);
    keepWords(folder, evidence, verdict);
    return verdict;
  }

  private void breakThings() {
    long seed = plan.seed();
    breaker(
        "server",
        new ServerBreaker(
            fleet.server(),
            log,
            fleet.moments(),
            errands,
            fleet::isThere,
            plan.loseWrites(),
            new Chance(seed, "server"),
            calm));
    boolean absence = plan.faults().compareTo(LONG_ENOUGH_TO_BE_ABSENT) >= 0;
    List<AgentSubject> agents = fleet.agents();
    for (int i = 0; i < agents.size(); i++) {
      String name = agents.get(i).name();
      breaker(
          name,
          new AgentBreaker(
              agents.get(i),
              fleet.link(i),
              log,
              absence && i == 0,
              new Chance(seed, "agent " + name),
              calm));
      breaker(
          "link of " + name,
          new LinkBreaker(fleet.link(i), name, log, new Chance(seed, "link " + name), calm));
    }
    for (int i = 1; i <= OPERATORS; i++) {
      Chance chance = new Chance(seed, "operator " + i);
      operator(
          "operator-" + i,
          () -> calm.pause(chance.millis(150, 1_200)),
          id -> Wish.draw(chance, fleet.names(), id, Instant.now()),
          chance);
    }
    Chance chance = new Chance(seed, "operator of crowds");
    operator("operator-crowd", () -> errands.awaitNext(calm), id -> Wish.crowd(chance, id), chance);
  }

  private void operator(
      String name,
      BooleanSupplier goesOn,
      Function<String, DispatchExecutionRequest> wishes,
      Chance chance) {
    Tender tender = new Tender(name, fleet.operator(), new Chance(plan.seed(), "tender " + name));
    Workload workload =
        new Workload(name, fleet.operator(), goesOn, wishes, chance, tender, calm, fleet.moments());
    workloads.add(workload);
    operators.add(thread(name, workload));
  }

  private void breaker(String name, Breaker breaker) {
    breakers.add(thread("breaker of " + name, breaker));
  }

  private Thread thread(String name, Runnable body) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
              }
            },
            "chaos " + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private Evidence await(Instant calmSince) {
    Collector collector = new Collector(fleet.operator(), clockSkews());
    until(calmSince.plus(SETTLE), collector::allSettled);
    until(calmSince.plus(RETURN), () -> fleet.agents().stream().allMatch(AgentSubject::isPresent));
    nap(Duration.ofSeconds(3));
    Evidence evidence = collect(collector, calmSince);
    boolean mayHeal =
        evidence.recorded().stream()
            .flatMap(recorded -> recorded.invocations().stream())
            .anyMatch(
                response ->
                    response.getInvocation().getState() == InvocationState.INVOCATION_STATE_LOST
                        && response.getInvocation().getReason().equals("REPORT_DEADLINE_PASSED"));
    if (mayHeal) {
      nap(HEAL);
      return collect(collector, calmSince);
    }
    return evidence;
  }

  private Evidence collect(Collector collector, Instant calmSince) {
    List<Recorded> recorded = collector.recorded();
    List<Trace> traces =
        fleet.agents().stream().flatMap(agent -> Collector.traces(agent).stream()).toList();
    List<Written> written =
        fleet.agents().stream().flatMap(agent -> Collector.written(agent).stream()).toList();
    return new Evidence(
        asked(),
        recorded,
        traces,
        log.mishaps(),
        fleet.sessions().all(),
        new Outputs(written, collector.kept(recorded)),
        deeds(),
        Hooks.IDEMPOTENT,
        calmSince,
        Instant.now());
  }

  private Map<String, Duration> clockSkews() {
    Map<String, Duration> skews = new TreeMap<>();
    fleet.agents().forEach(agent -> skews.put(agent.name(), agent.clockSkew()));
    return skews;
  }

  private List<Asked> asked() {
    return workloads.stream().flatMap(workload -> workload.asked().stream()).toList();
  }

  private Deeds deeds() {
    List<Deeds> all = workloads.stream().map(workload -> workload.tender().deeds()).toList();
    return new Deeds(
        all.stream().flatMap(deeds -> deeds.operated().stream()).toList(),
        all.stream().flatMap(deeds -> deeds.retried().stream()).toList());
  }

  private void rethrow() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new ChaosFailedException(String.valueOf(cause.getMessage()), cause);
    }
  }

  private void progress(String what) {
    out.println(Duration.between(start, Instant.now()).toSeconds() + " s: " + what);
  }

  /** What is not in the processes' own files. */
  private void keepWords(Path folder, Evidence evidence, Verdict verdict) {
    List<String> lines = new ArrayList<>(verdict.lines());
    lines.add("faults from " + start + " to " + evidence.calm());
    for (Mishap mishap : evidence.mishaps()) {
      lines.add(mishap.toString());
    }
    evidence.presences().forEach(presence -> lines.add(presence.toString()));
    evidence.asked().forEach(asked -> lines.add(asked.toString()));
    evidence.deeds().retried().forEach(retried -> lines.add(retried.toString()));
    evidence
        .deeds()
        .operated()
        .forEach(
            deed ->
                lines.add(
                    deed.verb()
                        + " "
                        + deed.execution().getId()
                        + " "
                        + deed.from()
                        + " "
                        + deed.to()
                        + " "
                        + deed.execution().getState()
                        + " "
                        + deed.execution().getStateReason()));
    try {
      Files.write(folder.resolve("verdict.txt"), lines);
    } catch (IOException e) {
      throw new ChaosFailedException("the verdict cannot be kept", e);
    }
  }

  private static void until(Instant latest, BooleanSupplier done) {
    while (!done.getAsBoolean() && Instant.now().isBefore(latest)) {
      nap(Duration.ofMillis(500));
    }
  }

  private static void nap(Duration span) {
    try {
      Thread.sleep(span.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread, Duration most) {
    try {
      thread.join(most.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new ChaosFailedException(thread.getName() + " does not end");
    }
  }
}
