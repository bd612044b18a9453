// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import picocli.CommandLine.Command;

@Command(
    name = "token",
    description = "Makes, lists and revokes the tokens that machines join with.",
    synopsisSubcommandLabel = "create | list | revoke")
final class TokenVerb {}
