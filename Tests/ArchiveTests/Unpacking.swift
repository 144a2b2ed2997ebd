import Archive
import Core
import FoundationEssentials
import TestSupport
import Testing

/// An archive unpacked by a real child into a folder of its own, with something beside it that must stay as it is.
struct Unpacking {
    let place: TemporaryFolder
    let archive: String

    init(_ bytes: [UInt8], named name: String = "upload.zip") throws {
        place = try TemporaryFolder()
        archive = try place.write(name, bytes)
        try place.folder("staging")
        try place.write("outside/secret", "kept")
    }

    @discardableResult
    func run(_ limits: ArchiveLimits = ArchiveLimits()) async throws -> UnpackReport {
        let unpacker = ArchiveUnpacker(
            runner: ProcessRunner(tools: ["unpack": [ProcessRunner.product("UnpackProbe")]]))
        return try await unpacker.unpack(
            archive: archive, into: place.path + "/staging", as: .builder(1), limits: limits) { _ in }
    }

    var listing: [String] { get throws { try place.listing("staging") } }
    func read(_ name: String) throws -> String { try place.read("staging/" + name) }

    /// What must hold after every archive, whatever it was.
    func expectNothingOutside(_ location: SourceLocation) throws {
        #expect(try place.read("outside/secret") == "kept", sourceLocation: location)
        #expect(
            try place.listing("").filter { !$0.hasPrefix("staging/") }.sorted()
                == [URL(filePath: archive).lastPathComponent, "outside/", "outside/secret"].sorted(),
            sourceLocation: location)
        #expect(try !listing.contains { $0.hasSuffix(" special") }, sourceLocation: location)
    }
}

/// The archive is refused with `code`, the message names `entry` and says `words`, and nothing is left behind.
func expectRefused(
    _ bytes: [UInt8], _ code: NodePilotError.Code, naming entry: String? = nil, _ words: String,
    limits: ArchiveLimits = ArchiveLimits(), location: SourceLocation = #_sourceLocation
) async throws {
    let unpacking = try Unpacking(bytes)
    let error = await #expect(throws: NodePilotError.self, sourceLocation: location) {
        try await unpacking.run(limits)
    }
    #expect(error?.code == code, "\(error?.message ?? "")", sourceLocation: location)
    let message = error?.message ?? ""
    #expect(message.contains(words), "\(message)", sourceLocation: location)
    if let entry { #expect(message.contains(entry), "\(message)", sourceLocation: location) }
    #expect(try unpacking.listing.isEmpty, sourceLocation: location)
    try unpacking.expectNothingOutside(location)
}

/// As above, with the code of an archive that is at fault itself.
func expectRefused(
    _ bytes: [UInt8], naming entry: String? = nil, _ words: String, limits: ArchiveLimits = ArchiveLimits(),
    location: SourceLocation = #_sourceLocation
) async throws {
    try await expectRefused(bytes, .unprocessable, naming: entry, words, limits: limits, location: location)
}

/// The archive is unpacked to exactly `expected`.
@discardableResult
func expectUnpacked(
    _ bytes: [UInt8], _ expected: [String], location: SourceLocation = #_sourceLocation
) async throws -> (Unpacking, UnpackReport) {
    let unpacking = try Unpacking(bytes)
    let report = try await unpacking.run()
    // By bytes: to Swift's strings, two compositions of é are one.
    let found = try unpacking.listing.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    let wanted = expected.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(found == wanted, sourceLocation: location)
    try unpacking.expectNothingOutside(location)
    return (unpacking, report)
}
