import Testing

@testable import API

/// The requests of the staff and their responses, by subject. Each begins with the shop of ``TestStaffAPI``.
enum StaffScenarios {
    static let all = counter + points + shop + staff

    static let anna =
        #"{"id":1,"login":"anna","state":"active","current":1000,"withdrawn":0,"created_at":"2020-12-10T15:15:45Z"}"#
    static let goods = #""goods":[{"description":"Kettle Bork","price":70.5},{"description":"Cup","price":1}]"#
    static let hugeReason = String(repeating: "r", count: 1001)

    static let counter: [Scenario] = [
        Scenario("GET /api/staff/customers?login=an", as: "cashier", gives: 200, text: "[\(anna)]"),
        Scenario("GET /api/staff/customers?login=b", as: "cashier", gives: 200, text: "[]"),
        Scenario("GET /api/staff/customers?order=18", as: "cashier", gives: 200, text: "[\(anna)]"),
        Scenario("GET /api/staff/customers?order=34", as: "cashier", gives: 200, text: "[]"),
        Scenario("GET /api/staff/customers?order=19", as: "cashier", gives: 422),
        Scenario("GET /api/staff/customers?login=a%FF", as: "cashier", gives: 400, part: "is not UTF-8"),
        Scenario("GET /api/staff/customers?order=%FF", as: "cashier", gives: 400),
        Scenario("GET /api/staff/customers?limit=0", as: "cashier", gives: 400),
        Scenario("GET /api/staff/customers?limit=1&cursor=x.y", as: "cashier", gives: 400),
        Scenario("GET /api/staff/customers/1", as: "cashier", gives: 200, text: anna),
        Scenario("GET /api/staff/customers/2", as: "cashier", gives: 404),
        Scenario("GET /api/staff/customers/01", as: "cashier", gives: 404),
        Scenario("GET /api/staff/customers/99999999999999999999/ledger", as: "cashier", gives: 404),
        Scenario(
            "GET /api/staff/customers/1/orders", as: "cashier", gives: 200, part: #""accrual":700,"returned":0"#),
        Scenario(
            "GET /api/staff/customers/1/ledger?limit=1", as: "cashier", gives: 200,
            part: #""points":300,"balance_after":1000"#),
        Scenario("GET /api/staff/customers/1/withdrawals", as: "cashier", gives: 200, text: "[]"),
        Scenario(
            "POST /api/staff/customers", as: "cashier", body: #"{"login":"bob"}"#, gives: 201,
            part: #""password":"new-1"#
        ),
        Scenario("POST /api/staff/customers", as: "cashier", body: #"{"login":"anna"}"#, gives: 409),
        Scenario("POST /api/staff/customers", as: "cashier", body: #"{"login":""}"#, gives: 400),
        Scenario("POST /api/staff/customers", as: "cashier", body: "[", gives: 400),
        Scenario("POST /api/staff/customers/1/password", as: "cashier", gives: 200, text: #"{"password":"new-1"}"#),
        Scenario("POST /api/staff/customers/7/password", as: "cashier", gives: 404),
        Scenario("POST /api/staff/customers/1/disable", as: "owner", gives: 200, part: #""state":"disabled""#),
        Scenario("POST /api/staff/customers/1/enable", as: "owner", gives: 200, text: anna),
        Scenario("DELETE /api/staff/customers/1", as: "owner", gives: 204),
        Scenario("DELETE /api/staff/customers/3", as: "owner", gives: 404),
        Scenario(
            "GET /api/staff/customers/1/export", as: "owner", gives: 200,
            has: [#"Content-Disposition: attachment; filename="customer-1.json""#], part: #""ledger":[{"#),
    ]

    static let points: [Scenario] = [
        Scenario(
            "POST /api/staff/customers/1/withdrawals", as: "cashier", body: #"{"order":"34","sum":0.5}"#, gives: 200,
            part: #""current":999.5,"withdrawn":0.5"#),
        Scenario(
            "POST /api/staff/customers/1/withdrawals", as: "cashier", body: #"{"order":"34","sum":1001}"#, gives: 402),
        Scenario(
            "POST /api/staff/customers/1/withdrawals", as: "cashier", body: #"{"order":"35","sum":1}"#, gives: 422),
        Scenario(
            "POST /api/staff/customers/1/withdrawals", as: "cashier", body: #"{"order":"34","sum":0}"#, gives: 422),
        Scenario(
            "POST /api/staff/customers/5/withdrawals", as: "cashier", body: #"{"order":"34","sum":1}"#, gives: 404),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "cashier", body: #"{"points":1000,"reason":"r"}"#,
            gives: 200,
            part: #""current":2000"#),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "cashier", body: #"{"points":1000.01,"reason":"r"}"#,
            gives: 403, part: "adjustment-too-large"),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "cashier", body: #"{"points":1,"reason":" \u00a0"}"#,
            gives: 400, part: "is empty"),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "cashier", body: #"{"points":1,"reason":"a\u0000b"}"#,
            gives: 400, part: "U+0000"),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "cashier", body: #"{"points":-1000.01,"reason":"r"}"#,
            gives: 403),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: #"{"points":1000.01,"reason":"r"}"#,
            gives: 200),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: #"{"points":-1000.01,"reason":"r"}"#,
            gives: 409, part: "too-few-points"),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: #"{"points":0,"reason":"r"}"#, gives: 422),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: #"{"points":1,"reason":""}"#, gives: 400),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: "{\"points\":1,\"reason\":\"\(hugeReason)\"}",
            gives: 400),
        Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: #"{"points":-9e99,"reason":"r"}"#, gives: 422),
        Scenario(
            "POST /api/staff/withdrawals/34/refund", as: "cashier", body: #"{"reason":"r"}"#, gives: 404),
        Scenario("POST /api/staff/withdrawals/35/refund", as: "cashier", body: #"{"reason":"r"}"#, gives: 422),
        Scenario(
            "POST /api/staff/orders/18/return", as: "cashier", body: #"{"points":12.5,"reason":"r"}"#, gives: 200,
            part: #"{"returned":12.5,"missing":0,"left":687.5,"#),
        Scenario(
            "POST /api/staff/orders/18/return", as: "cashier", body: #"{"reason":"r"}"#, gives: 200,
            part: #"{"returned":700,"missing":0,"left":0,"#),
        Scenario(
            "POST /api/staff/orders/18/return", as: "cashier", body: #"{"points":700.01,"reason":"r"}"#, gives: 409,
            part: "700 points are left"),
        Scenario(
            "POST /api/staff/orders/18/return", as: "cashier", body: #"{"points":-1,"reason":"r"}"#, gives: 422),
        Scenario("POST /api/staff/orders/34/return", as: "cashier", body: #"{"reason":"r"}"#, gives: 404),
        Scenario("GET /api/staff/orders/18", as: "cashier", gives: 200, part: #""customer":{"id":1,"login":"anna"}"#),
        Scenario("GET /api/staff/orders/26", as: "cashier", gives: 200, part: #""receipt":{"points":1,"#),
        Scenario("GET /api/staff/orders/34", as: "cashier", gives: 404),
        Scenario("GET /api/staff/orders/abc", as: "cashier", gives: 422),
        Scenario(
            "POST /api/staff/order-numbers", as: "cashier", body: #"{"digits":"100100"}"#, gives: 200,
            text: #"{"number":"1001007"}"#),
        Scenario("POST /api/staff/order-numbers", as: "cashier", body: "{}", gives: 200),
        Scenario("POST /api/staff/order-numbers", as: "cashier", body: #"{"digits":"1x"}"#, gives: 422),
    ]

    static let shop: [Scenario] = [
        Scenario(
            "POST /api/staff/receipts/preview", as: "cashier", body: "{\(goods)}", gives: 200,
            text:
                #"{"points":7.05,"goods":[{"description":"Kettle Bork","price":70.5,"points":7.05,"rule":"Bork"},{"description":"Cup","price":1,"points":0,"rule":null}]}"#
        ),
        Scenario("POST /api/staff/receipts/preview", as: "cashier", body: #"{"goods":[1]}"#, gives: 400),
        Scenario(
            "POST /api/staff/receipts", as: "cashier", body: "{\"order\":\"34\",\(goods),\"customer\":1}", gives: 201,
            part: #"{"order":"34","points":7.05,"customer":{"id":1,"#),
        Scenario(
            "POST /api/staff/receipts", as: "cashier", body: "{\"order\":\"34\",\(goods)}", gives: 201,
            text: #"{"order":"34","points":7.05,"customer":null,"status":null}"#),
        Scenario(
            "POST /api/staff/receipts", as: "cashier", body: "{\"order\":\"34\",\(goods),\"customer\":9}", gives: 404),
        Scenario(
            "POST /api/staff/receipts", as: "cashier", body: "{\"order\":\"34\",\(goods),\"customer\":0}", gives: 404),
        Scenario("POST /api/staff/receipts", as: "cashier", body: "{\"order\":\"26\",\(goods)}", gives: 409),
        Scenario("POST /api/staff/receipts", as: "cashier", body: "{\"order\":\"27\",\(goods)}", gives: 422),
        Scenario(
            "PUT /api/staff/receipts/26", as: "cashier", body: "{\(goods)}", gives: 200,
            text: #"{"order":"26","points":7.05}"#),
        Scenario("PUT /api/staff/receipts/34", as: "cashier", body: "{\(goods)}", gives: 404),
        Scenario(
            "GET /api/staff/rules", as: "cashier", gives: 200,
            text: #"[{"match":"Bork","reward":10,"reward_type":"%"}]"#),
        Scenario(
            "POST /api/staff/rules/try", as: "cashier", body: #"{"description":"x","price":1.5}"#, gives: 200,
            text: #"{"description":"x","price":1.5,"points":0,"rule":null}"#),
        Scenario(
            "POST /api/staff/rules", as: "owner", body: #"{"match":"Cup","reward":5,"reward_type":"pt"}"#, gives: 201),
        Scenario(
            "POST /api/staff/rules", as: "owner", body: #"{"match":"Bork","reward":5,"reward_type":"pt"}"#, gives: 409),
        Scenario("DELETE /api/staff/rules?match=Bork", as: "owner", gives: 204),
        Scenario("DELETE /api/staff/rules?match=B%6frk+", as: "owner", gives: 404),
        Scenario("DELETE /api/staff/rules", as: "owner", gives: 404),
        Scenario("GET /api/staff/registration", as: "cashier", gives: 200, text: #"{"open":true}"#),
        Scenario(
            "PUT /api/staff/registration", as: "owner", body: #"{"open":false}"#, gives: 200, text: #"{"open":false}"#),
        Scenario("PUT /api/staff/registration", as: "owner", body: #"{"open":1}"#, gives: 400),
        Scenario("GET /api/staff/figures?days=400", as: "owner", gives: 200, part: #""queue":{"waiting":3}"#),
        Scenario("GET /api/staff/figures", as: "cashier", gives: 200, part: #""accrual":{"state":"healthy"}"#),
        Scenario("GET /api/staff/figures?days=2", as: "cashier", gives: 403),
        Scenario("GET /api/staff/figures?days=401", as: "owner", gives: 400),
        Scenario("GET /api/staff/figures?days=x", as: "owner", gives: 400),
        Scenario("GET /api/staff/figures?days=%FF", as: "owner", gives: 400),
        Scenario("GET /api/staff/backups", as: "owner", gives: 200, part: #""bytes":4096"#),
        Scenario("POST /api/staff/backups", as: "owner", gives: 201, part: #""name":"martlet-2.db""#),
        Scenario("GET /api/staff/actions?limit=1", as: "owner", gives: 200, part: #""action":"receipt.add""#),
        Scenario("GET /api/staff/actions?format=xml", as: "owner", gives: 400),
        Scenario("GET /api/staff/actions?format=%FF", as: "owner", gives: 400),
        Scenario("GET /api/staff/actions?format=csv", as: "owner", gives: 200, part: ActionTable.heading),
        Scenario("GET /api/staff/actions?format=csv&limit=1", as: "owner", gives: 200, part: "receipt.add,,,26,1,"),
    ]

    static let staff: [Scenario] = [
        Scenario("GET /api/staff/staff", as: "owner", gives: 200, part: #"{"name":"carl","kind":"person""#),
        Scenario(
            "POST /api/staff/staff", as: "owner", body: #"{"name":"ben","role":"cashier"}"#, gives: 201,
            text: #"{"name":"ben","role":"cashier","password":"new-1"}"#),
        Scenario(
            "POST /api/staff/staff", as: "owner", body: #"{"name":"ben","role":"owner","password":"p"}"#, gives: 201,
            text: #"{"name":"ben","role":"owner"}"#),
        Scenario("POST /api/staff/staff", as: "owner", body: #"{"name":"carl","role":"owner"}"#, gives: 409),
        Scenario("POST /api/staff/staff", as: "owner", body: #"{"name":"ben","role":"boss"}"#, gives: 400),
        Scenario("POST /api/staff/staff", as: "owner", body: #"{"name":"b\u0000","role":"owner"}"#, gives: 400),
        Scenario("POST /api/staff/staff/carl/disable", as: "owner", gives: 200, part: #""state":"disabled""#),
        Scenario("POST /api/staff/staff/nobody/disable", as: "owner", gives: 404),
        Scenario("POST /api/staff/staff/dora/enable", as: "owner", gives: 200, part: #""state":"active""#),
        Scenario("POST /api/staff/staff/carl/password", as: "owner", gives: 200, text: #"{"password":"new-1"}"#),
        Scenario("DELETE /api/staff/staff/carl", as: "owner", gives: 204),
        Scenario("DELETE /api/staff/staff/%ff", as: "owner", gives: 400),
        Scenario(
            "POST /api/staff/keys", as: "owner", body: #"{"name":"till 1","role":"cashier"}"#, gives: 201,
            text: #"{"name":"till 1","role":"cashier","token":"new-1"}"#),
        Scenario("DELETE /api/staff/keys/cashier-key", as: "owner", gives: 204),
        Scenario("DELETE /api/staff/keys/carl", as: "owner", gives: 404),
        Scenario(
            "GET /api/staff/me", as: "cashier-key", gives: 200,
            text: #"{"name":"cashier-key","role":"cashier","kind":"key","adjustment_points_max":1000}"#),
        Scenario(
            "POST /api/staff/session", body: #"{"name":"carl","password":"secret"}"#, gives: 200,
            has: [
                "Set-Cookie: staff=new-1; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Expires=Fri, 11 Dec 2020 03:15:45 GMT"
            ], text: #"{"name":"carl","role":"cashier","expires_at":"2020-12-11T03:15:45Z"}"#),
        Scenario("POST /api/staff/session", body: #"{"name":"carl","password":"x"}"#, gives: 401),
        Scenario("POST /api/staff/session", body: #"{"name":"anna","password":"secret"}"#, gives: 401),
        Scenario("POST /api/staff/session", body: #"{"name":"dora","password":"secret"}"#, gives: 401),
        Scenario("POST /api/staff/session", body: #"{"name":"cashier-key","password":""}"#, gives: 400),
        Scenario("DELETE /api/staff/session", as: "cashier", gives: 204),
        Scenario(
            "POST /api/staff/me/password", as: "cashier", body: #"{"current":"secret","new":"other"}"#, gives: 204),
        Scenario("POST /api/staff/me/password", as: "cashier", body: #"{"current":"x","new":"y"}"#, gives: 403),
    ]
}
