import Loyalty
import Rewards

extension Receipt {
    /// JSON values that a receipt may have. A good has three and takes at least 28 bytes, so the largest body has room
    /// for 112,347 values of goods.
    static let valuesMax = 131_072
}

extension [Good] {
    /// The goods of `{"goods": [{"description": "…", "price": …}]}`.
    init(_ object: RequestObject) throws(LoyaltyError) {
        self = []
        let items = try object.objects("goods")
        guard items.count <= Receipt.goodsMax else {
            throw .malformed("\"goods\" has more than \(Receipt.goodsMax) entries.")
        }
        for item in items { append(try Good(item)) }
    }
}

extension Good {
    /// `{"description": "…", "price": …}`
    init(_ object: RequestObject) throws(LoyaltyError) {
        let price: Int128 = try object.decimal("price", places: Good.pricePlaces)
        guard price >= 0 else { throw .malformed("\"price\" is below zero.") }
        self.init(description: try object.string("description"), price: price)
    }
}

extension RewardRule {
    /// `{"match": "…", "reward": …, "reward_type": "…"}`
    init(_ object: RequestObject) throws(LoyaltyError) {
        let match = try object.storableText("match")
        let type = try object.string("reward_type")
        guard let kind = Kind.allCases.first(where: { $0.name == type }) else {
            throw .malformed("\"reward_type\" is neither \"%\" nor \"pt\".")
        }
        try self.init(
            match: match, kind: kind, rewardMillionths: try object.decimal("reward", places: Self.places))
    }
}
