// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.type.v1.InvocationState;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads states by their names, in any case, without the prefix of the enum. */
final class StateArguments {
  private StateArguments() {}

  /** Reads states of executions. */
  static final class ForExecution implements ITypeConverter<ExecutionState> {
    @Override
    public ExecutionState convert(String text) {
      return parse(ExecutionState.class, "EXECUTION_STATE_", text);
    }
  }

  /** Reads states of invocations. */
  static final class ForInvocation implements ITypeConverter<InvocationState> {
    @Override
    public InvocationState convert(String text) {
      return parse(InvocationState.class, "INVOCATION_STATE_", text);
    }
  }

  private static <E extends Enum<E>> E parse(Class<E> type, String prefix, String text) {
    String name = prefix + text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
    for (E state : type.getEnumConstants()) {
      if (state.name().equals(name) && !name.endsWith("_UNSPECIFIED")) {
        return state;
      }
    }
    throw new TypeConversionException("\"" + text + "\" is no state");
  }
}
