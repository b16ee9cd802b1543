// A customer registers, uploads an order, waits for its points, and pays for another order with points.
//
//	PASSWORD=secret go run client.go ADDRESS LOGIN ORDER PURCHASE POINTS
//
// ORDER earns points, and POINTS are spent on PURCHASE. Run it again after any failure: nothing is done twice.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

// Longer than the pause between two heartbeats of the stream of events, 15 s.
const silenceMax = 40 * time.Second
const attemptsMax = 8

type object map[string]any

func (o object) encoded() string {
	text, err := json.Marshal(o)
	if err != nil {
		log.Fatal(err)
	}
	return string(text)
}

type shop struct{ address, credentials, token string }

func (s *shop) signIn(path string) {
	s.token = ""
	response := s.send("POST", path, s.credentials)
	if response.StatusCode == http.StatusConflict { // The login is taken, perhaps by an earlier run.
		response = s.send("POST", "/api/user/login", s.credentials)
	}
	s.token, _ = read(response)["token"].(string)
}

func (s *shop) ask(method, path, body string) object { return read(s.send(method, path, body)) }

// read reads the object of a response, and ends the program if the server has refused.
func read(response *http.Response) (result object) {
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(response.Body)
		log.Fatalln(response.StatusCode, string(text))
	}
	decoder := json.NewDecoder(response.Body)
	decoder.UseNumber()                                              // Points are decimals.
	if err := decoder.Decode(&result); err != nil && err != io.EOF { // The response to an upload is empty.
		log.Fatal(err)
	}
	return result
}

// send sends a request until it is answered. That does no harm: the server does nothing of this API twice.
func (s *shop) send(method, path, body string) *http.Response {
	for attempt := 1; attempt <= attemptsMax; attempt++ {
		request, err := http.NewRequest(method, s.address+path, strings.NewReader(body))
		if err != nil {
			log.Fatal(err)
		}
		if s.token != "" {
			request.Header.Set("Authorization", "Bearer "+s.token)
		}
		var after time.Duration
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			log.Print(err) // There is no connection, or it was lost.
		} else if response.StatusCode == http.StatusUnauthorized && s.token != "" {
			s.signIn("/api/user/login") // The session has ended.
		} else if response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500 {
			// 429 and 503 say when to ask again. After other errors of the server, the outcome is unknown.
			after, _ = time.ParseDuration(response.Header.Get("Retry-After") + "s")
		} else {
			return response
		}
		time.Sleep(time.Second + after)
	}
	log.Fatalln(path, "is not answered")
	return nil
}

// finalStatus follows the customer's events until the order's status is final.
func (s *shop) finalStatus(number string) any {
	for ; ; time.Sleep(time.Second) {
		stream := s.send("GET", "/api/user/events", "")
		silence := time.AfterFunc(silenceMax, func() { stream.Body.Close() })
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); silence.Reset(silenceMax) {
			// The stream begins with a comment. After it and after each event, the order is read: no change is missed.
			if strings.HasPrefix(lines.Text(), ":") || strings.HasPrefix(lines.Text(), "event:") {
				status := s.ask("GET", "/api/user/orders/"+number, "")["status"]
				if status == "PROCESSED" || status == "INVALID" {
					stream.Body.Close()
					return status
				}
			}
		}
		stream.Body.Close() // The connection was lost, or silent for too long.
	}
}

func main() {
	if len(os.Args) != 6 || os.Getenv("PASSWORD") == "" {
		log.Fatal("usage: PASSWORD=secret go run client.go ADDRESS LOGIN ORDER PURCHASE POINTS")
	}
	login, order, purchase, points := os.Args[2], os.Args[3], os.Args[4], json.Number(os.Args[5])
	s := shop{address: os.Args[1], credentials: object{"login": login, "password": os.Getenv("PASSWORD")}.encoded()}
	s.signIn("/api/user/register")
	// 202: accepted; 200: this customer uploaded it before; 409: another customer did; 422: a digit is wrong.
	s.ask("POST", "/api/user/orders", order)
	fmt.Println(s.finalStatus(order))
	// 200: paid, now or before; 402: the balance is too low; 409: paid by another customer, or with another sum.
	s.ask("POST", "/api/user/balance/withdraw", object{"order": purchase, "sum": points}.encoded())
	balance := s.ask("GET", "/api/user/balance", "")
	fmt.Println(balance["current"], "points are left,", balance["withdrawn"], "are spent")
}
