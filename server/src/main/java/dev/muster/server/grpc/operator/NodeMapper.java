// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.LabelChoice;
import dev.muster.proto.operator.v1.Node;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.node.JoinTokenRecord;
import dev.muster.server.node.NodeStore.SharedKey;
import dev.muster.server.node.NodeView;

/** Nodes and join tokens as messages. Thread-safe. */
final class NodeMapper {
  private final CatalogDirectory catalogs;

  NodeMapper(CatalogDirectory catalogs) {
    this.catalogs = catalogs;
  }

  Node node(NodeView view) {
    Node.Builder message =
        Node.newBuilder()
            .setId(view.node().id().toString())
            .setName(view.node().name().value())
            .setProjectId(view.node().projectId())
            .putAllLabels(view.node().labels().asMap())
            .setState(ProtoEnums.of(view.node().state()))
            .setOnline(view.online())
            .setCreateTime(ProtoTimes.timestamp(view.node().createTime()))
            .setMachineId(view.node().machineId())
            .addAllActions(catalogs.of(view.node()).byName().keySet())
            .setEtag(view.etag());
    view.session()
        .ifPresent(
            session -> {
              message
                  .putAllFacts(session.facts())
                  .setEpoch(session.epoch())
                  .setLastSeenTime(ProtoTimes.timestamp(session.lastSeenTime()))
                  .setAgentVersion(session.agentVersion())
                  .setSlots(session.slots())
                  .setClockSkewMillis(session.clockSkewMillis());
              if (view.online()) {
                message
                    .setConnectTime(ProtoTimes.timestamp(session.connectTime()))
                    .setRemoteAddress(session.remoteAddress());
              }
              session.sharedKey().map(NodeMapper::warning).ifPresent(message::addWarnings);
            });
    return message.build();
  }

  private static String warning(SharedKey shared) {
    return "Two agents run with this node's key, from "
        + shared.addresses()
        + "; last seen at "
        + shared.time()
        + ". Revoke the node and enroll each machine anew.";
  }

  static JoinToken joinToken(JoinTokenRecord token) {
    JoinToken.Builder message =
        JoinToken.newBuilder()
            .setId(token.id().toString())
            .setProjectId(token.projectId())
            .setDescription(token.description())
            .setMaxUses(token.maxUses())
            .setUses(token.uses())
            .setExpireTime(ProtoTimes.timestamp(token.expireTime()))
            .putAllLabels(token.labels())
            .setNodeName(token.nodeName())
            .setReplace(token.replace())
            .setForgetAfterSeconds(token.forgetAfter().toSeconds())
            .setRevoked(token.revoked())
            .setCreateTime(ProtoTimes.timestamp(token.createTime()))
            .setCreatedBy(token.createdBy());
    token
        .labelChoices()
        .forEach(
            (key, values) ->
                message.putLabelChoices(
                    key, LabelChoice.newBuilder().addAllValues(values).build()));
    return message.build();
  }
}
