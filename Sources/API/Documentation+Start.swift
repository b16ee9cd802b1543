import OpenAPI

/// The first steps on the page of each API. On a new shop, they work as they are, one after the other.
extension Document.Start {
    static let customers = Self(
        """
        From registering to spending. The page can send each request itself: open it below, and press `Try it`. After \
        registering there, the browser keeps the session's cookie.
        """,
        [
            Step("register", "The response has a token, which all further requests present.", keepsToken: true),
            Step(
                "uploadOrder",
                "The customer collects the points of an order by its number, which is on the receipt. 202: the order is stored."
            ),
            Step(
                "listOrders",
                "The order is `PROCESSED` as soon as the shop's accrual system knows its points, and `accrual` has them."
            ),
            Step("getBalance", "The points are on the account."),
            Step(
                "withdraw",
                "The customer pays with points for another order. 402: there are fewer points than the sum."),
            Step("listLedger", "Each change of the balance is an entry, the newest first."),
        ])

    static let staff = Self(
        """
        A sale at the counter, and points that are spent. A cash register presents an API key. The owner makes one at the \
        server with `martlet key add register --role owner`, which prints the token once. `TOKEN` has it from here on: \
        `export TOKEN=…` for `curl` and Python. The rule needs the role `owner`; a cashier's key is enough for the others.

        People sign in with a name and a password instead, and their browser keeps the cookie `staff`.
        """,
        [
            Step("addRule", "Goods whose description contains `Bork` earn 10 % of their price."),
            Step("addCustomer", "The generated password is for the customer. `id` names the customer from here on."),
            Step("sell", "The receipt is stored, and its order is uploaded for the customer, in one step."),
            Step("getCustomer", "Within a second or two, the points are on the account."),
            Step("spendPoints", "The customer pays with points for the next order."),
            Step(
                "returnGoods", "The goods come back, and so do the points that they earned, as far as they are there."),
        ])

    static let accruals = Self(
        """
        From a rule to points. Cash registers and shops send receipts here; Martlet asks by itself for the points of the orders \
        that customers upload.
        """,
        [
            Step("addRule", "Goods whose description contains `Bork` earn 10 % of their price."),
            Step("acceptReceipt", "The receipt earns points by the rules of this moment."),
            Step("getAccrual", "The points of the order. The customer has them after uploading the number."),
        ])
}
