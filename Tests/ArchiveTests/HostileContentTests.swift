import Archive
import Core
import TestSupport
import Testing

@Suite("Archives that lie about their content")
struct HostileContentTests {
    typealias ZIP = ZIPWriter.Entry
    typealias Tar = TarWriter.Entry

    @Test("The same name twice is refused")
    func duplicates() async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("a/x", "1"), ZIP("a/x", "2")), naming: "a/x", "twice")
        try await expectRefused(ZIPWriter.archive(ZIP("a/x", "1"), ZIP("a//x", "2")), naming: "a/x", "twice")
        try await expectRefused(TarWriter.archive(Tar("x", "1"), Tar("x", "2")), naming: "x", "twice")
        try await expectRefused(ZIPWriter.archive(ZIP("l"), .link("l", "x")), naming: "l", "twice")
    }

    @Test("A file where a folder is, and a folder where a file is, are refused")
    func fileAgainstFolder() async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("a", "1"), ZIP("a/x", "2")), naming: "a/x", "not a folder")
        try await expectRefused(ZIPWriter.archive(ZIP("a/x", "1"), ZIP("a", "2")), naming: "a", "folder of the same name")
        try await expectRefused(TarWriter.archive(Tar("a", "1"), Tar("a/x", "2")), naming: "a/x", "not a folder")
    }

    @Test("A folder that is listed twice is one folder")
    func folderTwice() async throws {
        try await expectUnpacked(
            ZIPWriter.archive(ZIP("a/", mode: 0o040755), ZIP("a/x"), ZIP("a/", mode: 0o040755), ZIP("b")),
            ["a/", "a/x", "b"])
    }

    @Test("A local header that disagrees with the central directory is refused")
    func disagreement() async throws {
        let name = ZIP("good.js", "x").with { $0.localName = Array("evil.js".utf8) }
        try await expectRefused(ZIPWriter.archive(name), naming: "good.js", "disagrees")
        let climbing = ZIP("good.js", "x").with { $0.localName = Array("../evil.js".utf8) }
        try await expectRefused(ZIPWriter.archive(climbing), naming: "good.js", "disagrees")
        let size = ZIP("good.js", "x").with { $0.localSize = 2 }
        try await expectRefused(ZIPWriter.archive(size), naming: "good.js", "disagrees")
    }

    @Test("Entries that share their data are refused, as a bomb needs them")
    func overlap() async throws {
        let kernel = ZIP("a", "0123456789")
        let twin = ZIP("a", "0123456789").with { $0.sharesHeaderOf = 0 }
        try await expectRefused(ZIPWriter.archive(kernel, twin), naming: "a", "overlaps")
    }

    @Test("A bomb is refused by what it would unpack to, before it is written")
    func ratio() async throws {
        let bomb = try await Python.output(
            """
            import sys, zipfile, io
            out = io.BytesIO()
            with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('zeros', bytes(30 << 20))
            sys.stdout.buffer.write(out.getvalue())
            """)
        var limits = ArchiveLimits()
        limits.ratio = 100
        try await expectRefused(bomb, .tooLarge, naming: "zeros", "ZIP bomb", limits: limits)
        limits = ArchiveLimits()
        limits.unpackedBytes = 20 << 20
        try await expectRefused(bomb, .tooLarge, naming: "zeros", "more than 20 MB", limits: limits)
    }

    @Test("A tar.gz bomb is refused, whether in its files or between them")
    func tarRatio() async throws {
        let bomb = try await Python.output(
            """
            import sys, tarfile, io
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode='w:gz') as t:
                i = tarfile.TarInfo('zeros'); i.size = 30 << 20; t.addfile(i, io.BytesIO(bytes(30 << 20)))
            sys.stdout.buffer.write(out.getvalue())
            """)
        var limits = ArchiveLimits()
        limits.ratio = 100
        try await expectRefused(bomb, .tooLarge, naming: "zeros", "bomb", limits: limits)
        let hidden = try await Python.output("import sys, gzip; sys.stdout.buffer.write(gzip.compress(bytes(30 << 20)))")
        limits.entries = 10
        try await expectRefused(hidden, .tooLarge, "bomb", limits: limits)
    }

    @Test("An entry that claims a giant size is refused before a byte is written")
    func giantClaim() async throws {
        try await expectRefused(
            TarWriter.archive(Tar("big", "x").with { $0.declaredSize = 0o77777777777 }), .tooLarge, naming: "big",
            "bomb")
        let claim = ZIP("big", "x").with { $0.declaredSize = 0xFFFF_FFF0 }
        try await expectRefused(ZIPWriter.archive(claim), .tooLarge, naming: "big", "bomb")
    }

    @Test("A million empty entries are refused by their count")
    func millionEntries() async throws {
        let tar = try await Python.output(
            """
            import sys, tarfile, io, zlib, gzip
            i = tarfile.TarInfo('x'); block = b''
            sys.stdout.buffer.write(gzip.compress(b''.join(
                tarfile.TarInfo('f%d' % n).tobuf(tarfile.USTAR_FORMAT) for n in range(3000))))
            """)
        var limits = ArchiveLimits()
        limits.entries = 2_000
        try await expectRefused(tar, .tooLarge, naming: "f2000", "more than 2000 entries", limits: limits)
        let zip = ZIPWriter([ZIP("a")]).with { $0.hasZIP64End = true }.bytes()
        let claimed = zip.replacing(le64(1) + le64(1), with: le64(1_000_000) + le64(1_000_000))
        try await expectRefused(claimed, .tooLarge, "1000000 entries")
    }

    @Test("A bad checksum is refused, in a ZIP and in a tar.gz")
    func checksums() async throws {
        try await expectRefused(
            ZIPWriter.archive(ZIP("ok", "1"), ZIP("bad", "x").with { $0.checksum = 1 }), naming: "bad", "damaged")
        var tar = TarWriter.archive(Tar("a", "content"))
        tar[tar.count - 6] ^= 0xFF
        try await expectRefused(tar, "damaged")
    }

    @Test("What is cut short is refused at every length")
    func truncated() async throws {
        let zip = ZIPWriter.archive(ZIP("a/b", "content"), ZIP("c", "more"))
        for length in stride(from: 1, to: zip.count, by: 17) {
            try await expectRefused(Array(zip.prefix(length)), length < 4 ? "not an archive" : "damaged")
        }
        let tar = TarWriter.archive(Tar("a/b", "content"), Tar("c", "more"))
        for length in stride(from: 4, to: tar.count, by: 611) {
            try await expectRefused(Array(tar.prefix(length)), "damaged")
        }
    }

    @Test("Sizes that point beyond the file are refused")
    func liesAboutSizes() async throws {
        try await expectRefused(
            ZIPWriter.archive(ZIP("a", "x").with { $0.declaredSize = 9_000 }), naming: "a", "")
        try await expectRefused(TarWriter.archive(Tar("a", "x").with { $0.declaredSize = 9_000 }), naming: "a", "")
    }

    @Test("Encrypted and multi-part ZIPs are refused in words")
    func encryptedAndParts() async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("key", "x").with { $0.flags = 1 }), naming: "key", "encrypted")
        try await expectRefused(ZIPWriter.archive(ZIP("key", "x").with { $0.flags = 0x41 }), naming: "key", "encrypted")
        try await expectRefused(
            ZIPWriter([ZIP("a", "x")]).with { $0.diskNumber = 1 }.bytes(), "one part of several")
        try await expectRefused(ZIPWriter.archive(ZIP("a", "x").with { $0.disk = 3 }), naming: "a", "multi-part")
    }

    @Test("A compression method that is not named is refused")
    func methods() async throws {
        try await expectRefused(ZIPWriter.archive(ZIP("a", "x").with { $0.method = 14 }), naming: "a", "method")
    }

    @Test("Every byte of a small ZIP may be wrong and nothing gets outside")
    func mutations() async throws {
        let good = ZIPWriter.archive(ZIP("dir/a", "content"), .link("dir/l", "a"), ZIP("b", "more"))
        for index in stride(from: 0, to: good.count, by: 3) {
            var bad = good
            bad[index] = bad[index] == 0x2E ? 0x2F : 0x2E
            let unpacking = try Unpacking(bad)
            do {
                try await unpacking.run()
                #expect(try !unpacking.listing.isEmpty)
            } catch {
                #expect(try unpacking.listing.isEmpty, "byte \(index): \(error)")
            }
            try unpacking.expectNothingOutside(#_sourceLocation)
        }
    }
}

extension TarWriter.Entry {
    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}

extension ZIPWriter {
    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
