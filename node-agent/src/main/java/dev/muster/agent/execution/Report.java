// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.proto.agent.v1.CallbackStep;
import java.util.List;

/**
 * What is to be told of an invocation.
 *
 * @param steps the steps that the server has not acknowledged, in order; never empty
 * @param through how many steps the server has heard of once it has these
 */
public record Report(List<CallbackStep> steps, int through) {}
