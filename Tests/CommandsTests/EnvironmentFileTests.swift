import Commands
import Core
import Testing

@Suite("A .env file")
struct EnvironmentFileTests {
    @Test("is read with its comments, quotes and line breaks")
    func reads() throws {
        let text = """
            # a comment
            PLAIN=value with blanks   # a comment
              export EXPORTED = yes
            EMPTY=
            HASH=a#b
            SINGLE='as $it is \\n' # comment
            DOUBLE="a\\tb \\"c\\" \\\\ # no comment"
            KEY="-----BEGIN-----
            abc
            -----END-----"
            URL=postgres://u:p@h/db?a=b
            """ + "\r\nLAST=1\r\n"
        let values = try EnvironmentFile.parse(text).map { "\($0.name)=\($0.value)" }
        #expect(
            values == [
                "PLAIN=value with blanks", "EXPORTED=yes", "EMPTY=", "HASH=a#b", "SINGLE=as $it is \\n",
                "DOUBLE=a\tb \"c\" \\ # no comment", "KEY=-----BEGIN-----\nabc\n-----END-----",
                "URL=postgres://u:p@h/db?a=b", "LAST=1",
            ])
    }

    @Test(
        "is refused with the number of the line that is wrong",
        arguments: [
            ("A=1\nB", "line 2"), ("\n\n1A=1", "line 3"), ("A=\"x\ny", "line 1"), ("PORT=80", "line 1"),
            ("=x", "line 1"),
        ])
    func refuses(text: String, line: String) throws {
        let error = try #require(throws: NodePilotError.self) { try EnvironmentFile.parse(text) }
        #expect(error.fields.first?.name == line)
    }
}
