import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Releases and services")
struct ReleasesTests {
    @Test("Releases are numbered within their project, and no number comes twice")
    func numbers() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject("shop", owner: ada)
            let blog = try await store.addProject("blog", owner: ada)
            let first = try await store.addRelease(project: shop.id, plan: plan, sizeBytes: 42)
            #expect(first == Release(projectID: shop.id, number: 1, plan: plan, sizeBytes: 42, createdAt: Clock.start))
            #expect(try await store.reserveReleaseNumber(project: shop.id) == 2)
            #expect(try await store.addRelease(project: shop.id, plan: plan, sizeBytes: 1).number == 3)
            #expect(try await store.addRelease(project: shop.id, plan: plan, sizeBytes: 1, number: 2).number == 2)
            try await store.removeRelease(project: shop.id, number: 3)
            #expect(try await store.addRelease(project: shop.id, plan: plan, sizeBytes: 1).number == 4)
            #expect(try await store.addRelease(project: blog.id, plan: plan, sizeBytes: 1).number == 1)
            #expect(try await store.releases(of: shop.id).map(\.number) == [4, 2, 1])
            #expect(try await store.release(project: shop.id, number: 1) == first)
            #expect(try await store.release(project: shop.id, number: 3) == nil)
            try await expect(.conflict) {
                try await store.addRelease(project: shop.id, plan: plan, sizeBytes: 1, number: 2)
            }
            try await expect(.notFound) { try await store.reserveReleaseNumber(project: 99) }
            try await expect(.notFound) { try await store.addRelease(project: 99, plan: plan, sizeBytes: 1) }
        }
    }

    @Test("Going live takes the services of that release's plan")
    func live() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            _ = try await store.addRelease(project: project.id, plan: plan, sizeBytes: 1)
            var site = plan
            site.services = []
            _ = try await store.addRelease(project: project.id, plan: site, sizeBytes: 1)
            fixture.clock.advance(by: 5)
            let live = try await store.setLiveRelease(project: project.id, number: 1)
            #expect(live.liveRelease == 1 && live.updatedAt == Clock.start.addingTimeInterval(5))
            #expect(try await store.services(of: project.id) == plan.services)
            #expect(try await store.setLiveRelease(project: project.id, number: 2).liveRelease == 2)
            #expect(try await store.services(of: project.id).isEmpty)
            try await store.setServices(project: project.id, plan.services)
            #expect(try await store.services(of: project.id) == plan.services)
            try await expect(.notFound) { try await store.setLiveRelease(project: project.id, number: 9) }
            try await expect(.notFound) { try await store.setLiveRelease(project: 99, number: 1) }
            try await expect(.notFound) { try await store.setServices(project: 99, []) }
        }
    }

    @Test("The live release is not removed; one that is not there is no error")
    func removal() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            _ = try await store.addRelease(project: project.id, plan: plan, sizeBytes: 1)
            _ = try await store.setLiveRelease(project: project.id, number: 1)
            try await expect(.conflict) { try await store.removeRelease(project: project.id, number: 1) }
            try await store.removeRelease(project: project.id, number: 7)
            #expect(try await store.releases(of: project.id).count == 1)
        }
    }
}
