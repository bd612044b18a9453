// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.Input;
import dev.muster.agent.PrepareContext;
import dev.muster.agent.PrepareHandler;
import dev.muster.agent.Prepared;
import dev.muster.agent.RequestedBy;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers PREPARE: with the action's own code or with its schema's defaults, and keeps room for
 * what is about to run. At most {@value #MOST_AT_ONCE} handlers at once, each until the server no
 * longer waits; what is about to run waits for its turn, who only looks is told to come again.
 * Confined to the loop.
 */
final class PrepareDesk {
  private static final Logger log = LoggerFactory.getLogger(PrepareDesk.class);
  private static final int MOST_AT_ONCE = 16;
  private static final Duration UNTOLD_WAIT = Duration.ofSeconds(10);

  private final Loop loop;
  private final ServerClock clock;
  private final Supplier<Catalog> catalog;
  private final Workers workers;
  private final Slots slots;
  private final Map<InvocationId, Conversation> bound = new HashMap<>();
  private final Queue<Runnable> turns = new ArrayDeque<>();
  private int open;

  /** Makes a desk. */
  PrepareDesk(
      Loop loop, ServerClock clock, Supplier<Catalog> catalog, Workers workers, Slots slots) {
    this.loop = loop;
    this.clock = clock;
    this.catalog = catalog;
    this.workers = workers;
    this.slots = slots;
  }

  /** Answers one PREPARE, once, on the loop. */
  void prepare(Prepare prepare, Consumer<PrepareResult> answer) {
    Optional<CatalogEntry> found = catalog.get().find(prepare.getAction());
    if (found.isEmpty()) {
      answer.accept(
          PrepareAnswers.refused(
              prepare,
              "ACTION_NOT_DECLARED",
              "This node does not declare " + prepare.getAction() + "."));
      return;
    }
    CatalogEntry action = found.get();
    Optional<PrepareResult> refusal = refusal(prepare, action);
    if (refusal.isPresent()) {
      answer.accept(refusal.get());
    } else if (action.prepareHandler().isPresent()) {
      ask(prepare, action, action.prepareHandler().get(), answer);
    } else {
      answer.accept(fromDefaults(prepare, action));
    }
  }

  private Optional<PrepareResult> refusal(Prepare prepare, CatalogEntry action) {
    if (!action.declaration().getEnabled()) {
      return Optional.of(
          PrepareAnswers.refused(
              prepare, "ACTION_DISABLED", action.name() + " is switched off on this node."));
    }
    if (!prepare.getInputJson().isEmpty()) {
      Optional<String> violations = InputCheck.violations(action, prepare.getInputJson());
      if (violations.isPresent()) {
        return Optional.of(PrepareAnswers.refused(prepare, "INPUT_INVALID", violations.get()));
      }
    }
    return tryReserve(prepare)
        ? Optional.empty()
        : Optional.of(PrepareAnswers.refused(prepare, "NO_SLOT", "All slots are kept for others."));
  }

  /** Keeps room if the PREPARE is for an invocation; true as well if it is not. */
  private boolean tryReserve(Prepare prepare) {
    Optional<InvocationId> invocation = invocation(prepare);
    if (invocation.isEmpty() || !prepare.hasReserveUntil()) {
      return true;
    }
    Instant now = clock.now().orElse(loop.wallTime());
    return slots.tryReserve(invocation.get(), WireTimes.instant(prepare.getReserveUntil()), now);
  }

  private PrepareResult fromDefaults(Prepare prepare, CatalogEntry action) {
    try {
      return PrepareAnswers.result(prepare, action, action.schema().defaults(), Optional.empty());
    } catch (RuntimeException e) {
      log.error("No input can be made from the schema of {}.", action.name(), e);
      return PrepareAnswers.result(prepare, action, "{}", Optional.empty());
    }
  }

  private void ask(
      Prepare prepare,
      CatalogEntry action,
      PrepareHandler handler,
      Consumer<PrepareResult> answer) {
    Optional<InvocationId> invocation = invocation(prepare);
    if (open == MOST_AT_ONCE && invocation.isEmpty()) {
      answer.accept(PrepareAnswers.refused(prepare, "PREPARE_BUSY", "Too many PREPAREs at once."));
      return;
    }
    Conversation conversation = new Conversation(prepare, answer, new StopSignal(loop));
    invocation.ifPresent(
        id -> {
          abandon(id); // Asked again: nobody waits for the answer before.
          bound.put(id, conversation);
        });
    if (open == MOST_AT_ONCE) {
      turns.add(() -> begin(prepare, action, handler, conversation));
    } else {
      begin(prepare, action, handler, conversation);
    }
  }

  /** Nobody waits any more for what an invocation's code prepares. */
  void abandon(InvocationId id) {
    Optional.ofNullable(bound.remove(id)).ifPresent(Conversation::abandon);
  }

  private void begin(
      Prepare prepare, CatalogEntry action, PrepareHandler handler, Conversation conversation) {
    if (conversation.ended) {
      return;
    }
    open++;
    conversation.begun = true;
    StopSignal signal = conversation.signal;
    try {
      workers
          .of(action.body().place())
          .execute(() -> call(prepare, action, handler, signal, conversation));
    } catch (RejectedExecutionException e) {
      conversation.end(
          PrepareAnswers.refused(
              prepare, "EXECUTOR_REFUSED", "The agent's executor takes no more work."));
      return;
    }
    loop.after(
        patience(prepare),
        () -> {
          signal.stop(
              new StopSignal.Stop(
                  StopSignal.Cause.TIMEOUT, "Nobody waits any more.", Duration.ZERO));
          conversation.timeOut();
        });
  }

  private void call(
      Prepare prepare,
      CatalogEntry action,
      PrepareHandler handler,
      StopSignal signal,
      Conversation conversation) {
    PrepareResult result;
    signal.enter();
    try {
      Prepared prepared = handler.prepare(new Context(prepare));
      result =
          PrepareAnswers.result(
              prepare,
              action,
              PrepareAnswers.checked(prepared.initialPayloadJson()),
              prepared.currentStateJson());
      if (prepared.inputSchemaJson().isPresent()) {
        result =
            result.toBuilder()
                .setInputSchemaJson(ByteString.copyFromUtf8(prepared.inputSchemaJson().get()))
                .build();
      }
    } catch (Exception e) {
      log.atWarn().setCause(e).log("The code that prepares {} threw.", action.name());
      result = PrepareAnswers.refused(prepare, "HANDLER_THREW", String.valueOf(e.getMessage()));
    } finally {
      signal.leave();
    }
    PrepareResult told = result;
    loop.execute(() -> conversation.end(told));
  }

  /** One question to a handler: answered once, by the handler or by the clock. */
  private final class Conversation {
    private final Prepare prepare;
    private final Consumer<PrepareResult> answer;
    private final StopSignal signal;
    private boolean begun;
    private boolean ended;

    Conversation(Prepare prepare, Consumer<PrepareResult> answer, StopSignal signal) {
      this.prepare = prepare;
      this.answer = answer;
      this.signal = signal;
    }

    void end(PrepareResult result) {
      if (!ended) {
        leave();
        if (result.hasError()) {
          giveUp(prepare);
        }
        answer.accept(result);
      }
    }

    /** An operator is told; of an invocation the server's own clock says that it is too late. */
    void timeOut() {
      if (invocation(prepare).isEmpty()) {
        end(PrepareAnswers.refused(prepare, "PREPARE_TIMEOUT", "The action's code took too long."));
      } else if (!ended) {
        leave();
        giveUp(prepare);
      }
    }

    void abandon() {
      if (!ended) {
        signal.stop(
            new StopSignal.Stop(StopSignal.Cause.CANCEL, "Nobody waits any more.", Duration.ZERO));
        leave();
      }
    }

    private void leave() {
      ended = true;
      invocation(prepare).ifPresent(id -> bound.remove(id, this));
      if (begun) {
        open--;
        Optional.ofNullable(turns.poll()).ifPresent(Runnable::run);
      }
    }
  }

  private record Context(Prepare prepare) implements PrepareContext {
    @Override
    public String action() {
      return prepare.getAction();
    }

    @Override
    public RequestedBy requestedBy() {
      return LiveRun.requestedBy(prepare.getRequestedBy());
    }

    @Override
    public Optional<Input> input() {
      return prepare.getInputJson().isEmpty()
          ? Optional.empty()
          : Optional.of(Input.of(prepare.getInputJson().toStringUtf8()));
    }
  }

  private Duration patience(Prepare prepare) {
    Duration left =
        clock
            .now()
            .filter(now -> prepare.hasAnswerBefore())
            .map(now -> Duration.between(now, WireTimes.instant(prepare.getAnswerBefore())))
            .orElse(UNTOLD_WAIT);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private void giveUp(Prepare prepare) {
    invocation(prepare).ifPresent(slots::giveUp);
  }

  private static Optional<InvocationId> invocation(Prepare prepare) {
    return InvocationId.parse(prepare.getInvocationId());
  }
}
