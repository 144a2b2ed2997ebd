import Core

/// What `nodepilot launch` is to become. Sent through a descriptor, so that no argument or variable of an app shows up
/// in the process list while we are still root.
struct LaunchPlan: Sendable, Hashable {
    /// The user to become; nil keeps the one we are.
    struct User: Sendable, Hashable {
        var uid: UInt32
        var gid: UInt32
    }

    enum Program: Sendable, Hashable {
        case command([String])
        case tool(String, [String])
    }

    var program: Program
    /// `NAME=value`, the whole of it.
    var environment: [String]
    var workingDirectory: String
    var user: User?
    var umask: UInt32
    var limits: ResourceLimits

    static let builderMask: UInt32 = 0o027
    static let runnerMask: UInt32 = 0o077
    static let defaultOpenFiles: UInt64 = 65_536
}

extension LaunchPlan {
    /// Numbers are 8 bytes in little-endian order, texts and lists begin with their length: about as quick as it gets.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        switch program {
        case .command(let arguments):
            Self.append(0, to: &bytes)
            Self.append(arguments, to: &bytes)
        case .tool(let name, let arguments):
            Self.append(1, to: &bytes)
            Self.append([name] + arguments, to: &bytes)
        }
        Self.append(environment, to: &bytes)
        Self.append([workingDirectory], to: &bytes)
        Self.append(user.map { UInt64($0.uid) } ?? .max, to: &bytes)
        Self.append(user.map { UInt64($0.gid) } ?? .max, to: &bytes)
        Self.append(UInt64(umask), to: &bytes)
        for limit in [
            limits.openFiles, limits.processes, limits.fileSizeBytes, limits.addressSpaceBytes, limits.cpuSeconds,
        ] {
            Self.append(limit ?? .max, to: &bytes)
        }
        return bytes
    }

    /// Nil for anything that `encoded()` did not write.
    init?(encoded bytes: [UInt8]) {
        var reader = Reader(bytes: bytes[...])
        guard let kind = reader.number(), let words = reader.texts(), let environment = reader.texts(),
            let directory = reader.texts()?.first, let uid = reader.number(), let gid = reader.number(),
            let mask = reader.number(), let openFiles = reader.number(), let processes = reader.number(),
            let fileSize = reader.number(), let addressSpace = reader.number(), let cpuSeconds = reader.number()
        else { return nil }
        switch kind {
        case 0: program = .command(words)
        case 1:
            guard let name = words.first else { return nil }
            program = .tool(name, Array(words.dropFirst()))
        default: return nil
        }
        self.environment = environment
        workingDirectory = directory
        if uid == .max {
            user = nil
        } else {
            guard let uid = UInt32(exactly: uid), let gid = UInt32(exactly: gid) else { return nil }
            user = User(uid: uid, gid: gid)
        }
        umask = UInt32(truncatingIfNeeded: mask)
        let limit = { (value: UInt64) in value == .max ? nil : value }
        limits = ResourceLimits(
            openFiles: limit(openFiles), processes: limit(processes), fileSizeBytes: limit(fileSize),
            addressSpaceBytes: limit(addressSpace), cpuSeconds: limit(cpuSeconds))
    }

    // MARK: - Private

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    private static func append(_ texts: [String], to bytes: inout [UInt8]) {
        append(UInt64(texts.count), to: &bytes)
        for text in texts {
            append(UInt64(text.utf8.count), to: &bytes)
            bytes.append(contentsOf: text.utf8)
        }
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func number() -> UInt64? {
            guard bytes.count >= 8 else { return nil }
            var value: UInt64 = 0
            for byte in bytes.prefix(8).reversed() { value = value << 8 | UInt64(byte) }
            bytes = bytes.dropFirst(8)
            return value
        }

        mutating func texts() -> [String]? {
            // Every text takes 8 bytes at least: a wrong count cannot make us reserve memory.
            guard let count = number(), count <= UInt64(bytes.count / 8) else { return nil }
            var texts: [String] = []
            for _ in 0..<count {
                guard let length = number(), length <= UInt64(bytes.count) else { return nil }
                texts.append(String(decoding: bytes.prefix(Int(length)), as: UTF8.self))
                bytes = bytes.dropFirst(Int(length))
            }
            return texts
        }
    }
}
