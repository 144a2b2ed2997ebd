import Archive
import Core
import Glibc
import TestSupport
import Testing

@Suite("The daemon's side of unpacking")
struct ArchiveUnpackerTests {
    @Test("A child that dies is a refusal, and what it wrote is removed")
    func childDies() async throws {
        for (script, words) in [("kill -SEGV $$", "SIGSEGV"), ("exit 3", "exit code 3"), ("echo '{}'", "exit code 0")] {
            let unpacking = try Unpacking([])
            try unpacking.place.write(
                "fake", "if [ \"$1\" = --empty ]; then rm -rf ./*; exit 0; fi\necho junk > left\n\(script)\n")
            let unpacker = ArchiveUnpacker(runner: ProcessRunner(tools: ["unpack": ["/bin/sh", unpacking.place.path + "/fake"]]))
            let error = await #expect(throws: NodePilotError.self) {
                try await unpacker.unpack(
                    archive: unpacking.archive, into: unpacking.place.path + "/staging", as: .builder(1)) { _ in }
            }
            #expect(error?.code == .unprocessable)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(try unpacking.listing.isEmpty)
        }
    }

    @Test("The tool empties its folder on demand, and does not follow links while it does")
    func emptying() async throws {
        let unpacking = try Unpacking([])
        try unpacking.place.write("staging/a/b/c", "x")
        try await Shell.run("ln -s ../outside staging/out", in: unpacking.place.path)
        let runner = ProcessRunner(tools: ["unpack": [ProcessRunner.product("UnpackProbe")]])
        let job = Job(
            .tool("unpack", ["--empty"]), as: .builder(1), in: unpacking.place.path + "/staging", environment: [:],
            timeout: .seconds(60))
        #expect(try await runner.run(job) { _ in } == .exited(0))
        #expect(try unpacking.listing.isEmpty)
        try unpacking.expectNothingOutside(#_sourceLocation)
    }

    @Test("A folder that is not empty is left alone")
    func notEmpty() async throws {
        let unpacking = try Unpacking(ZIPWriter.archive(.init("a", "x")))
        try unpacking.place.write("staging/mine", "x")
        let error = await #expect(throws: NodePilotError.self) { try await unpacking.run() }
        #expect(error?.code == .internal)
        #expect(try unpacking.listing == ["mine"])
    }

    @Test("A full disk is told as such and leaves nothing behind", .enabled(if: getuid() == 0, "mounting needs root"))
    func fullDisk() async throws {
        let place = try TemporaryFolder()
        try place.folder("small")
        try await Shell.run("mount -t tmpfs -o size=64k,mode=755 none small", in: place.path)
        let archive = try place.write(
            "a.zip", ZIPWriter.archive(.init("a", "x"), .init("big/file", String(repeating: "0123456789", count: 20_000))))
        let unpacker = ArchiveUnpacker(
            runner: ProcessRunner(tools: ["unpack": [ProcessRunner.product("UnpackProbe")]]))
        let error = await #expect(throws: NodePilotError.self) {
            try await unpacker.unpack(archive: archive, into: place.path + "/small", as: .builder(1)) { _ in }
        }
        let left = try place.listing("small")
        try await Shell.run("umount small", in: place.path)
        #expect(error?.code == .insufficientStorage)
        #expect(error?.message.contains("big/file") == true)
        #expect(left.isEmpty)
    }

    @Test("Progress rises and ends below the report")
    func progress() async throws {
        let entries = (0..<5_000).map { ZIPWriter.Entry("f\($0 % 50)/n\($0)", "content") }
        let unpacking = try Unpacking(ZIPWriter(entries).bytes())
        let seen = Seen()
        let unpacker = ArchiveUnpacker(
            runner: ProcessRunner(tools: ["unpack": [ProcessRunner.product("UnpackProbe")]]))
        let report = try await unpacker.unpack(
            archive: unpacking.archive, into: unpacking.place.path + "/staging", as: .builder(1)
        ) { await seen.add($0) }
        let entriesSeen = await seen.all.map(\.entries)
        #expect(report == UnpackReport(files: 5_000, folders: 50, bytes: 35_000))
        #expect(!entriesSeen.isEmpty)
        #expect(entriesSeen == entriesSeen.sorted())
    }

    private actor Seen {
        var all: [UnpackProgress] = []
        func add(_ progress: UnpackProgress) { all.append(progress) }
    }
}
