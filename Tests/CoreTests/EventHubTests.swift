import Core
import Testing

@Suite("The event hub")
struct EventHubTests {
    private func ids(_ stream: AsyncStream<Event>) async -> [Project.ID] {
        var ids: [Project.ID] = []
        for await case .project(let id) in stream { ids.append(id) }
        return ids
    }

    @Test("Every subscriber gets every event in order")
    func fanOut() async {
        let hub = EventHub()
        let streams = [hub.subscribe(), hub.subscribe()]
        for id in 1...100 { hub.send(.project(Int64(id))) }
        hub.finish()
        for stream in streams { #expect(await ids(stream) == (1...100).map(Int64.init)) }
    }

    @Test("A subscription that falls behind is ended, and the others lose nothing")
    func slow() async {
        let hub = EventHub()
        let slow = hub.subscribe(buffered: 3)
        let quick = hub.subscribe()
        for id in 1...10 { hub.send(.project(Int64(id))) }
        hub.finish()
        #expect(await ids(slow) == [1, 2, 3])
        #expect(await ids(quick).count == 10)
    }

    @Test("A subscriber that goes away does not disturb the others")
    func leaving() async {
        let hub = EventHub()
        let staying = hub.subscribe()
        let leaving = hub.subscribe()
        hub.send(.project(1))
        await withTaskGroup { group in
            group.addTask { for await _ in leaving { break } }
            await group.waitForAll()
        }
        hub.send(.project(2))
        hub.finish()
        #expect(await ids(staying) == [1, 2])
    }

    @Test("A subscription after the end is over at once")
    func late() async {
        let hub = EventHub()
        hub.finish()
        let stream = hub.subscribe()
        hub.send(.project(1))
        #expect(await ids(stream).isEmpty)
    }
}
