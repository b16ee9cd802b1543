// Texts of the customer's page. A row has the English and the Russian text; ../Common/language.js explains the forms.

export const texts = {
  // Signing in
  register: ['Create an account', 'Регистрация'],
  registerNow: ['Create account', 'Зарегистрироваться'],
  noAccount: ['New here?', 'Впервые здесь?'],
  haveAccount: ['Have an account?', 'Уже есть счёт?'],
  registrationAtCounter: ['No account yet? Ask for one at the counter.', 'Ещё нет счёта? Его заведут на кассе.'],
  loginTaken: ['This login is taken. Choose another one, or sign in if it is yours.',
    'Этот логин занят. Выберите другой или войдите, если он ваш.'],
  registrationClosed: ['Registration is closed. Ask at the counter for an account.',
    'Регистрация закрыта. Попросите завести счёт на кассе.'],
  otherAccount: ['Use another account', 'Войти под другим логином'],

  // The frame
  failedWithID: ['The server could not do this. What you typed is still here. Tell the shop the request’s name: {id}.',
    'Сервер не смог это сделать. Введённое сохранено. Обращаясь в магазин, назовите запрос {id}.'],
  orders: ['Orders', 'Заказы'],
  spending: ['Spend', 'Потратить'],
  history: ['History', 'История'],
  settings: ['Account', 'Профиль'],
  balanceIs: ['Your balance is {points}.', 'На балансе {points}.'],
  spentInAll: ['Spent so far: {points}', 'Всего потрачено: {points}'],
  connectionLost: ['No connection to the shop. The page tries again by itself, and what you typed is kept.',
    'Нет связи с магазином. Страница повторяет попытки сама, введённое сохранено.'],
  serverBusy: ['The shop’s server is busy. The page tries again by itself.',
    'Сервер магазина занят. Страница повторяет попытки сама.'],
  otherAccountElsewhere: [
    'Another tab has signed in as another customer. This tab shows that account now.',
    'В другой вкладке вошёл другой покупатель. Здесь теперь его счёт.'],

  // Orders
  addOrder: ['Add an order', 'Добавить заказ'],
  add: ['Add order', 'Добавить'],
  orderNumberHint: ['It is on your receipt. You can type or paste it.',
    'Он напечатан на чеке. Его можно ввести или вставить.'],
  orderNumberHintScan: ['It is on your receipt. You can type, paste or scan it.',
    'Он напечатан на чеке. Его можно ввести, вставить или отсканировать.'],
  orderAdded: ['Order {number} is added. Its points appear by themselves.',
    'Заказ {number} добавлен. Баллы появятся сами.'],
  orderKnown: ['You added order {number} before.', 'Заказ {number} вы уже добавляли.'],
  orderOfAnother: ['Another customer has added this order. Ask at the counter if it is yours.',
    'Этот заказ добавил другой покупатель. Если он ваш, обратитесь на кассу.'],
  tooManyUnfinished: ['Too many of your orders are still being checked. Wait until some of them are done.',
    'Слишком много ваших заказов ещё проверяется. Подождите, пока часть будет готова.'],
  yourOrders: ['Your orders', 'Ваши заказы'],
  noOrders: ['No orders yet. Add the number on your receipt.', 'Заказов пока нет. Добавьте номер с чека.'],
  statusNewMeans: ['waits for a check', 'ждёт проверки'],
  statusProcessingMeans: ['points follow soon', 'баллы скоро появятся'],
  statusInvalidMeans: ['unknown to the shop', 'магазин его не знает'],
  statusNothingMeans: ['earned nothing', 'ничего не начислено'],
  credited: ['credited', 'начислено'],
  creditedPoints: ['credited, {points}', 'начислено {points}'],
  orderIs: ['Order {number}: {status}.', 'Заказ {number}: {status}.'],

  // Spending
  spendPoints: ['Spend points', 'Потратить баллы'],
  orderToPay: ['Number of the order to pay for', 'Номер оплачиваемого заказа'],
  orderToPayHint: ['The shop gives you the number of the new order.', 'Номер нового заказа сообщает магазин.'],
  useAll: ['All', 'Все'],
  leavesPoints: ['Leaves {points}.', 'Останется {points}.'],
  moreThanBalance: ['That is more than your balance.', 'Это больше, чем на балансе.'],
  notEnough: ['Your balance is lower than that. Nothing was spent.', 'На балансе меньше. Ничего не потрачено.'],
  orderPaidBefore: ['This order was paid for already, by another customer or with another sum. Nothing was spent.',
    'Этот заказ уже оплачен: другим покупателем или на другую сумму. Ничего не потрачено.'],
  spendingRefused: ['The shop does not take this number or sum. Nothing was spent.',
    'Магазин не принимает такой номер или сумму. Ничего не потрачено.'],
  spent: ['{points} spent on order {number}.', 'Потрачено {points} на заказ {number}.'],
  paidOrders: ['Paid with points', 'Оплачено баллами'],
  noPaidOrders: ['Nothing was paid with points yet.', 'Баллами ещё ничего не оплачено.'],

  // History
  ofOrder: ['order {number}', 'заказ {number}'],
  noHistory: ['Nothing has changed your balance yet.', 'Баланс ещё не менялся.'],
  downloadCSV: ['Download as CSV', 'Скачать CSV'],
  'kind-adjustment': ['Adjusted by the shop', 'Поправка магазина'],

  // The account
  signedInAs: ['Signed in as {login}', 'Вы вошли как {login}'],
};
