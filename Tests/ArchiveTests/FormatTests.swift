import Archive
import Core
import FoundationEssentials
import TestSupport
import Testing

@Suite("What is read, and what comes out")
struct FormatTests {
    typealias ZIP = ZIPWriter.Entry
    typealias Tar = TarWriter.Entry

    @Test("Other formats are refused with a sentence that says what is accepted")
    func otherFormats() async throws {
        let tar = TarWriter.tar([Tar("a", "x")])
        let iso = [UInt8](repeating: 0, count: 32_769) + Array("CD001".utf8) + [UInt8](repeating: 0, count: 2_048)
        let cases: [([UInt8], String)] = [
            (tar, "uncompressed tar"), (Array("Rar!\u{1A}\u{7}".utf8), "RAR"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"),
            (iso, "not an archive"), (Array("BZh91AY".utf8), "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
            ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([], "empty"), (Array("hello".utf8), "not an archive"),
        ]
        for (bytes, words) in cases {
            try await expectRefused(bytes, words)
            let unpacking = try Unpacking(bytes)
            let error = await #expect(throws: NodePilotError.self) { try await unpacking.run() }
            #expect(error?.hint?.contains("tar.gz") == true)
        }
    }

    @Test("gzip around something that is no tar is refused")
    func gzipOfText() async throws {
        try await expectRefused(Gzip.stored(Array("just text, and enough of it".utf8)), "no tar is inside")
        try await expectRefused(Gzip.stored(ZIPWriter.archive(ZIP("a"))), "no tar is inside")
    }

    @Test("An empty archive is refused in words")
    func empty() async throws {
        try await expectRefused(ZIPWriter.archive(), "archive is empty")
        try await expectRefused(ZIPWriter.archive(ZIP("a/", mode: 0o040755)), "archive is empty")
        try await expectRefused(ZIPWriter.archive(ZIP("__MACOSX/._a")), "archive is empty")
        try await expectRefused(TarWriter.archive(), "archive is empty")
    }

    @Test("One folder that wraps everything is taken away")
    func stripping() async throws {
        let (_, report) = try await expectUnpacked(
            ZIPWriter.archive(
                ZIP("shop/", mode: 0o040755), ZIP("shop/shop", "x"), ZIP("shop/lib/a", "y"), .link("shop/l", "lib/a"),
                ZIP("__MACOSX/shop/._a"), ZIP(".DS_Store")),
            ["l -> lib/a", "lib/", "lib/a", "shop"])
        #expect(report == UnpackReport(files: 3, folders: 1, bytes: 2, strippedFolder: "shop"))
        try await expectUnpacked(TarWriter.archive(Tar("app/x", "1"), Tar("app/y", "2")), ["x", "y"])
        try await expectUnpacked(TarWriter.archive(Tar("app/app/app", "1")), ["app/", "app/app"])
    }

    @Test("A file beside the folder keeps the folder")
    func notStripping() async throws {
        let (_, report) = try await expectUnpacked(ZIPWriter.archive(ZIP("a/x"), ZIP("b")), ["a/", "a/x", "b"])
        #expect(report.strippedFolder == nil)
        try await expectUnpacked(ZIPWriter.archive(ZIP("a/x"), .link("b", "a")), ["a/", "a/x", "b -> a"])
    }

    @Test("What macOS leaves in archives is skipped")
    func macLitter() async throws {
        try await expectUnpacked(
            ZIPWriter.archive(ZIP("a", "x"), ZIP("__MACOSX/._a"), ZIP(".DS_Store"), ZIP("b/.DS_Store"), ZIP("b/c")),
            ["a", "b/", "b/c"])
    }

    @Test("zip64, data descriptors, comments and a full zip64 end are read")
    func variants() async throws {
        let entries = [ZIP("wide", "content").with { $0.isZIP64 = true }, ZIP("plain", "x")]
        let writer = ZIPWriter(entries).with { $0.hasZIP64End = true; $0.comment = Array("PK\u{5}\u{6} a note".utf8) }
        let (unpacking, report) = try await expectUnpacked(writer.bytes(), ["plain", "wide"])
        #expect(try unpacking.read("wide") == "content")
        #expect(report.bytes == 8)
        let streamed = try await Python.output(
            """
            import sys, zipfile, io
            class Pipe(io.RawIOBase):
                def writable(self): return True
                def write(self, b): out.write(bytes(b)); return len(b)
            out = io.BytesIO()
            with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z:
                z.writestr('a.txt', 'streamed ' * 1000); z.writestr('b.txt', 'b')
            sys.stdout.buffer.write(out.getvalue())
            """)
        let (second, _) = try await expectUnpacked(streamed, ["a.txt", "b.txt"])
        #expect(try second.read("a.txt").hasPrefix("streamed streamed"))
    }

    @Test("What zip and tar write is read, with modes, links and times")
    func realTools() async throws {
        let source = try TemporaryFolder()
        try source.write("app/index.js", "console.log(1)")
        try source.write("app/bin/run", "#!/bin/sh\n")
        try source.write("app/large", String(repeating: "0123456789", count: 200_000))
        let script = "chmod 755 bin/run; ln -s bin/run start; touch -d 2020-02-03 index.js; "
        for pack in ["zip -qry ../app.zip .", "tar czf ../app.zip ."] {
            try await Shell.run("rm -f start ../app.zip; " + script + pack, in: source.path + "/app")
            let bytes = try [UInt8](Data(contentsOf: URL(filePath: source.path + "/app.zip")))
            let (unpacking, report) = try await expectUnpacked(
                bytes, ["bin/", "bin/run", "index.js", "large", "start -> bin/run"])
            #expect(unpacking.place.mode("staging/bin/run") & 0o100 != 0)
            #expect(unpacking.place.mode("staging/index.js") & 0o111 == 0)
            #expect(report.bytes == 2_000_024)
            let values = try FileManager.default.attributesOfItem(atPath: unpacking.place.path + "/staging/index.js")
            let modified = try #require(values[.modificationDate] as? Date)
            #expect(abs(modified.timeIntervalSince1970 - 1_580_688_000) < 86_400)
        }
    }

    @Test("Sparse files of a tar are within the limits, holes and all")
    func sparse() async throws {
        let source = try TemporaryFolder()
        try await Shell.run(
            "truncate -s 40M hole; printf x >> hole; tar --sparse -czf ../s.tgz hole", in: source.folder("in"))
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: source.path + "/s.tgz")))
        try await expectRefused(bytes, .tooLarge, naming: "hole", "bomb")
    }
}
