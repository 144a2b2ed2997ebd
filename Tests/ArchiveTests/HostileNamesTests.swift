import Archive
import TestSupport
import Testing

@Suite("Names that would leave the release, or are none")
struct HostileNamesTests {
    typealias ZIP = ZIPWriter.Entry
    typealias Tar = TarWriter.Entry

    @Test(
        "A path that climbs out is refused",
        arguments: ["../escape", "a/../../escape", "a/..", "..", "a/b/../c", "../../../../tmp/x"])
    func climbing(name: String) async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("ok"), ZIP(name, "x")), naming: name, "leads out of the release")
        try await expectRefused(TarWriter.archive(Tar("ok"), Tar(name, "x")), naming: name, "leads out of the release")
    }

    @Test("An absolute path is refused", arguments: ["/etc/cron.d/x", "//x", "/"])
    func absolute(name: String) async throws {
        try await expectRefused(ZIPWriter.archive(ZIP(name, "x")), naming: name, "absolute")
        try await expectRefused(TarWriter.archive(Tar(name, "x")), naming: name, "absolute")
    }

    @Test("Backslashes climb out as well as slashes do")
    func backslashes() async throws {
        let windows = ZIP("..\\..\\escape", "x").with { $0.host = 0 }
        try await expectRefused(ZIPWriter.archive(windows), naming: "..\\..\\escape", "leads out of the release")
        let unix = ZIP("..\\..\\escape", "x")
        try await expectRefused(ZIPWriter.archive(unix), naming: "escape", "backslash")
        try await expectRefused(TarWriter.archive(Tar("..\\..\\escape", "x")), naming: "escape", "backslash")
    }

    @Test("A ZIP made on Windows with backslashes keeps its folders")
    func windowsFolders() async throws {
        let entry = ZIP("public\\css\\a.css", "body {}").with { $0.host = 0 }
        let (unpacking, _) = try await expectUnpacked(
            ZIPWriter.archive(entry, ZIP("app.js", "1")),
            ["app.js", "public/", "public/css/", "public/css/a.css"])
        #expect(try unpacking.read("public/css/a.css") == "body {}")
    }

    @Test("A drive letter is refused", arguments: ["C:\\Windows\\x", "c:/x", "C:x"])
    func driveLetters(name: String) async throws {
        try await expectRefused(
            ZIPWriter.archive(ZIP(name, "x").with { $0.host = 0 }), naming: "x", "drive letter")
    }

    @Test("A NUL in a name is refused instead of ending the name there")
    func nul() async throws {
        let entry = ZIPWriter.Entry(bytes: Array("app.js\0.txt".utf8))
        try await expectRefused(ZIPWriter.archive(entry), naming: "app.js", "NUL")
    }

    @Test("A NUL in a pax path ends the name there and stays inside")
    func nulInPax() async throws {
        try await expectUnpacked(
            TarWriter.archive(.pax([("path", "kept.js\0/../../x")]), Tar("short", "x")), ["kept.js"])
    }

    @Test("Names are kept byte by byte, whatever their script and composition")
    func unicodeNames() async throws {
        let names = ["caf\u{E9}.txt", "cafe\u{301}.txt", "日本語/😀.js", "Ünïcödé"]
        let expected = names + ["日本語/"]
        for flags: UInt16 in [0, 0x800] {
            let entries = names.map { ZIP($0, $0).with { $0.flags = flags } }
            let (unpacking, _) = try await expectUnpacked(ZIPWriter(entries).bytes(), expected)
            for name in names { #expect(try unpacking.read(name) == name) }
        }
        try await expectUnpacked(Gzip.stored(TarWriter.tar(names.map { Tar($0, $0) })), expected)
        let pax = names.flatMap { [Tar.pax([("path", $0)]), Tar("short", $0)] }
        let (unpacking, _) = try await expectUnpacked(Gzip.stored(TarWriter.tar(pax)), expected)
        for name in names { #expect(try unpacking.read(name) == name) }
    }

    @Test("Two folders whose names differ only in composition stay two")
    func composedFolders() async throws {
        try await expectUnpacked(
            ZIPWriter.archive(ZIP("\u{E9}/a"), ZIP("e\u{301}/b")),
            ["\u{E9}/", "\u{E9}/a", "e\u{301}/", "e\u{301}/b"])
    }

    @Test("A name that is not UTF-8 is refused")
    func notUTF8() async throws {
        let entry = ZIPWriter.Entry(bytes: [0x63, 0x61, 0x66, 0x82, 0x2E, 0x6A, 0x73])
        try await expectRefused(ZIPWriter.archive(entry), naming: "caf", "not UTF-8")
        try await expectRefused(ZIPWriter.archive(entry.with { $0.flags = 0x800 }), naming: "caf", "not UTF-8")
    }

    @Test("Names alike but for case are different files, as they are on Linux")
    func caseTwins() async throws {
        let (unpacking, _) = try await expectUnpacked(
            ZIPWriter.archive(ZIP("Readme", "1"), ZIP("README", "2")), ["README", "Readme"])
        #expect(try unpacking.read("README") == "2")
    }

    @Test("A name of 65,535 bytes, a component of 256 and 10,000 levels are refused")
    func longNames() async throws {
        let long = String(repeating: "n", count: 65_535)
        try await expectRefused(ZIPWriter.archive(ZIP(long)), naming: "nnn…", "65535 bytes")
        try await expectRefused(ZIPWriter.archive(ZIP(String(long.prefix(256)))), "256 bytes")
        let deep = String(repeating: "a/", count: 2_000) + "x"
        try await expectRefused(ZIPWriter.archive(ZIP(deep)), "2001 levels deep")
        let deeper = String(repeating: "a/", count: 10_000) + "x"
        try await expectRefused(ZIPWriter.archive(ZIP(deeper)), "20001 bytes")
        try await expectRefused(TarWriter.archive(.pax([("path", deeper)]), Tar("short")), "20001 bytes")
    }

    @Test("Slashes and dots that mean nothing are dropped")
    func harmlessParts() async throws {
        try await expectUnpacked(ZIPWriter.archive(ZIP("./a//b/./c", "x"), ZIP("d", "y")), ["a/", "a/b/", "a/b/c", "d"])
        try await expectUnpacked(
            TarWriter.archive(Tar("./", type: "5"), Tar("./a", "x"), Tar("./b", "x")), ["a", "b"])
    }
}
