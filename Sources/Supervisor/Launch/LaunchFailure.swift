import CLinux
import Core
import Glibc

/// Why `nodepilot launch` could not become what its plan says; told to the parent before it ends.
struct LaunchFailure: Error, Hashable {
    enum Stage: UInt8 {
        case plan, session, limits, user, privileges, directory, program, tool
    }

    var stage: Stage
    var errno: Int32
    /// The program, folder or tool that it was about.
    var subject: String

    var encoded: [UInt8] {
        let number = UInt32(bitPattern: errno)
        let code = stride(from: UInt32(0), to: 32, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
        return [stage.rawValue] + code + Array(subject.utf8.prefix(1024))
    }

    init(_ stage: Stage, _ errno: Int32, _ subject: String = "") {
        self.stage = stage
        self.errno = errno
        self.subject = subject
    }

    init?(encoded bytes: [UInt8]) {
        guard bytes.count >= 5, let first = bytes.first, let stage = Stage(rawValue: first) else { return nil }
        var number: UInt32 = 0
        for byte in bytes[1..<5].reversed() { number = number << 8 | UInt32(byte) }
        self.init(stage, Int32(bitPattern: number), String(decoding: bytes.dropFirst(5), as: UTF8.self))
    }
}

extension LaunchFailure {
    /// In words for the person whose app it is; what is our own affair is `.internal`.
    var inWords: NodePilotError {
        let reason = String(cString: strerror(errno))
        switch (stage, errno) {
        case (.program, ENOENT):
            return NodePilotError(
                .unprocessable, "The program “\(subject)” was not found.",
                hint: "Check the start command; a program of your own is written with its folder: ./\(subject).")
        case (.program, ENOEXEC):
            return NodePilotError(
                .unprocessable, "“\(subject)” is not a program for this machine (\(reason)).",
                hint: "A script begins with a line like #!/bin/sh; a binary must be built for this kind of CPU.")
        case (.program, EACCES):
            return NodePilotError(
                .unprocessable, "“\(subject)” may not be executed.",
                hint: "Make the file executable (chmod +x) before you pack it, or start it by its interpreter.")
        case (.program, E2BIG):
            return NodePilotError(
                .unprocessable, "The environment and the arguments are too large for one process.",
                hint: "Keep large values in files.")
        case (.program, _):
            return NodePilotError(.unprocessable, "“\(subject)” could not be started: \(reason).")
        case (.directory, _):
            return NodePilotError(
                .internal, "The folder \(subject) could not be entered: \(reason).",
                hint: "The project's user needs the right to enter every folder above it.")
        case (.tool, _):
            return NodePilotError(.internal, "There is no tool named “\(subject)”.")
        default:
            return NodePilotError(.internal, "A process could not be prepared (\(stage)): \(reason).")
        }
    }
}
