// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/**
 * Sets up the daemon's logs: lines to standard error, with the node's name and the invocation's id
 * as {@code key=value}. Done in code, so that a daemon that embeds the agent keeps its own
 * configuration.
 */
final class Logs {
  private static final String PATTERN =
      "%date{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} node=%property{node} %kvp %msg%n";

  private static final String NODE = "node";
  private static final String UNNAMED = "-";

  private Logs() {}

  static void configure(String level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    context.putProperty(NODE, UNNAMED);
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.WARN);
    context.getLogger("dev.muster").setLevel(Level.toLevel(level));
  }

  /** From now on each line has this name of the node. */
  static void nameNode(String name) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.putProperty(NODE, name.isEmpty() ? UNNAMED : name);
  }
}
