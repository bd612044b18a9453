// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import picocli.CommandLine.Command;

@Command(
    name = "node",
    description = "Shows or changes one node.",
    synopsisSubcommandLabel = "create | show | label | revoke")
final class NodeVerb {}
