import Testing

@testable import TLS

@Suite("Reads asked for and answered")
struct ReadDemandTests {
    @Test("one read is answered by one batch")
    func oneBatch() {
        var demand = ReadDemand()
        demand.ask()
        #expect(demand.isAsked)
        demand.deliver()
        demand.deliver()
        expect(demand.endBatch(isHandshaking: false), is: .announce(thenRead: false))
        #expect(!demand.isAsked)
        expect(demand.endBatch(isHandshaking: false), is: .nothing)
    }

    @Test("a batch without plaintext reads on, for a handshake even unasked")
    func readsOn() {
        var demand = ReadDemand()
        expect(demand.endBatch(isHandshaking: true), is: .readMore)
        demand.ask()
        expect(demand.endBatch(isHandshaking: false), is: .readMore)
        #expect(demand.isAsked)
    }

    @Test("a read asked for while a batch goes up is kept for the next one")
    func keepsNested() {
        var demand = ReadDemand()
        demand.ask()
        demand.deliver()
        demand.ask()
        expect(demand.endBatch(isHandshaking: false), is: .announce(thenRead: true))
        #expect(demand.isAsked)
    }
}
