import Core
import FoundationEssentials
package import Store

/// Records who changed what.
package struct AuditTrail: Sendable {
    private let store: Store
    private let clocks: Clocks

    package init(store: Store, clocks: Clocks = .system) {
        self.store = store
        self.clocks = clocks
    }

    /// - Parameters:
    ///   - action: `project.create`, `user.remove`, …
    ///   - subject: the name of what it was done to.
    ///   - detail: more in words; never a secret.
    ///   - actor: instead of the caller, where there is none yet.
    package func record(
        _ action: String, _ subject: String, detail: String = "", actor: String? = nil, by context: APIContext
    ) async throws {
        try await store.record(
            AuditEntry(
                id: 0, at: clocks.date(), actor: Self.line(actor ?? context.caller?.name ?? "nobody"), action: action,
                subject: Self.line(subject), detail: Self.line(detail), address: context.address))
    }

    /// One line of text, whatever was in it: the audit is shown in terminals too.
    private static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars.prefix(500) {
            line.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{fffd}" : scalar)
        }
        return line
    }
}
