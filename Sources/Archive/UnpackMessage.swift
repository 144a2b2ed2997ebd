import Core
import FoundationEssentials

/// One line that the unpacking child writes: exactly one member is set.
struct UnpackMessage: Codable, Sendable {
    var progress: UnpackProgress?
    var report: UnpackReport?
    var refusal: UnpackRefusal?

    /// Nil for a line that is not one of ours.
    init?(line: String) {
        // A line in another shape is not a message: nil is the answer.
        guard let message = try? NodePilotJSON.decoder().decode(Self.self, from: Data(line.utf8)) else { return nil }
        self = message
    }

    init(progress: UnpackProgress) { self.progress = progress }
    init(report: UnpackReport) { self.report = report }
    init(refusal: UnpackRefusal) { self.refusal = refusal }

    /// With its newline.
    func line() throws -> [UInt8] {
        try [UInt8](NodePilotJSON.encoder().encode(self)) + [UInt8(ascii: "\n")]
    }
}
