import Archive
import TestSupport
import Testing

@Suite("Links and special files")
struct LinkTests {
    typealias ZIP = ZIPWriter.Entry
    typealias Tar = TarWriter.Entry

    @Test("A link that stays inside is kept, as node_modules/.bin needs it")
    func inside() async throws {
        let expected = ["bin/", "bin/tool -> ../lib/tool.js", "lib/", "lib/tool.js"]
        try await expectUnpacked(
            ZIPWriter.archive(.link("bin/tool", "../lib/tool.js"), ZIP("lib/tool.js", "x")), expected)
        try await expectUnpacked(
            TarWriter.archive(Tar("bin/tool", type: "2", linkTarget: "../lib/tool.js"), Tar("lib/tool.js", "x")),
            expected)
    }

    @Test(
        "A link that leads out is refused",
        arguments: ["../outside/secret", "..", "a/../../x", "./././../x", "../staging/x"])
    func outside(target: String) async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("ok"), .link("out", target)), naming: "out", "leads out")
        try await expectRefused(
            TarWriter.archive(Tar("ok"), Tar("out", type: "2", linkTarget: target)), naming: "out", "leads out")
    }

    @Test("A link to an absolute path is refused")
    func absolute() async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("ok"), .link("out", "/etc/passwd")), naming: "out", "absolute")
    }

    @Test("A link that leads out only by way of another link is refused")
    func throughLinks() async throws {
        // Read word by word, deep/link/../.. is deep's parent; followed as the kernel does, it is two above the root.
        try await expectRefused(
            ZIPWriter.archive(ZIP("top/x"), .link("a/b/c/link", "../../../top"), .link("out", "a/b/c/link/../../etc")),
            naming: "out", "leads out")
    }

    @Test("A slash behind which an accent stands is still a slash")
    func accentedSlash() async throws {
        try await expectRefused(
            ZIPWriter.archive(ZIP("ok"), .link("out", "../\u{301}secret")), naming: "out", "leads out")
    }

    @Test("Links in circles are refused")
    func circles() async throws {
        try await expectRefused(ZIPWriter.archive(.link("a", "b"), .link("b", "a")), naming: "a", "circles")
        try await expectRefused(ZIPWriter.archive(ZIP("ok"), .link("self", "self/x")), naming: "self", "circles")
    }

    @Test("A file through a link is refused, whichever comes first")
    func fileThroughLink() async throws {
        try await expectRefused(
            ZIPWriter.archive(ZIP("real/x"), .link("dir", "real"), ZIP("dir/file", "x")), naming: "dir", "same name")
        try await expectRefused(
            TarWriter.archive(Tar("real/x"), Tar("dir", type: "2", linkTarget: "real"), Tar("dir/file", "x")),
            naming: "dir", "same name")
    }

    @Test("A hard link to an earlier file of the archive is kept")
    func hardLink() async throws {
        let (unpacking, report) = try await expectUnpacked(
            TarWriter.archive(Tar("a/x", "same"), Tar("y", type: "1", linkTarget: "a/x")), ["a/", "a/x", "y"])
        #expect(try unpacking.read("y") == "same")
        #expect(report.files == 2)
    }

    @Test("A hard link to anything else is refused", arguments: ["/etc/passwd", "../outside/secret", "later", "dir"])
    func badHardLink(target: String) async throws {
        let archive = TarWriter.archive(
            Tar("dir/x"), Tar("ok"), Tar("bad", type: "1", linkTarget: target), Tar("later", "x"))
        let unpacking = try Unpacking(archive)
        await #expect(throws: (any Error).self) { try await unpacking.run() }
        #expect(try unpacking.listing.isEmpty)
        try unpacking.expectNothingOutside(#_sourceLocation)
    }

    @Test("A hard link to a symbolic link is refused")
    func hardLinkToLink() async throws {
        try await expectRefused(
            TarWriter.archive(
                Tar("ok", "x"), Tar("soft", type: "2", linkTarget: "ok"), Tar("hard", type: "1", linkTarget: "soft")),
            naming: "hard", "not an earlier file")
    }

    @Test("Devices, pipes and sockets are refused")
    func specialFiles() async throws {
        for (type, words) in [("3", "device"), ("4", "device"), ("6", "pipe")] {
            try await expectRefused(
                TarWriter.archive(Tar("ok"), Tar("dev/thing", type: Character(type))), naming: "dev/thing", words)
        }
        for (mode, words): (UInt32, String) in [(0o020666, "device"), (0o010666, "pipe"), (0o140777, "socket")] {
            try await expectRefused(
                ZIPWriter.archive(ZIP("ok"), ZIP("thing", mode: mode)), naming: "thing", words)
        }
    }

    @Test("Of the mode only the executable bit is kept: no setuid, no setgid, nobody else writes")
    func modes() async throws {
        let (zip, _) = try await expectUnpacked(
            ZIPWriter.archive(ZIP("run", mode: 0o106777), ZIP("data", mode: 0o102666)), ["data", "run"])
        let (tar, _) = try await expectUnpacked(
            TarWriter.archive(Tar("run", mode: 0o6777), Tar("data", mode: 0o2666)), ["data", "run"])
        for place in [zip.place, tar.place] {
            #expect(place.mode("staging/run") & 0o7022 == 0)
            #expect(place.mode("staging/run") & 0o700 == 0o700)
            #expect(place.mode("staging/data") & 0o7133 == 0)
        }
    }
}
