import Logging

/// What all event loops of one edge have in common; nothing of it changes while it runs.
struct EdgeShared: Sendable {
    var configuration: EdgeConfiguration
    var routing: RoutingTable
    var logger: Logger
}
