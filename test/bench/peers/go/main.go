// The floor in Go: net/http and pgx, one prepared statement a request, no key, no rule, no limit, no log.
// The statement comes from the benchmark, in CREATE_OR_RETURN.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const (
	connections = 10
	statement   = "create_or_return"
)

type given struct {
	Email          string  `json:"email"`
	CompanyName    *string `json:"companyName"`
	CustomerRealIP *string `json:"customerRealIp"`
}

type customer struct {
	Success              bool            `json:"success"`
	NewAccount           bool            `json:"newAccount"`
	CuRefNo              string          `json:"cuRefNo"`
	CreditBalance        int32           `json:"creditBalance"`
	Phone                *string         `json:"phone"`
	FirstName            *string         `json:"firstName"`
	LastName             *string         `json:"lastName"`
	CompanyName          *string         `json:"companyName"`
	Premium              bool            `json:"premium"`
	Ban                  bool            `json:"ban"`
	Meta                 json.RawMessage `json:"meta"`
	CustomFields         json.RawMessage `json:"customFields"`
	Groups               json.RawMessage `json:"groups"`
	Referral             json.RawMessage `json:"referral"`
	RunningSubscriptions json.RawMessage `json:"runningSubscriptionList"`
}

type server struct {
	pool         *pgxpool.Pool
	organisation int
}

// newReference makes sixteen hexadecimal digits from the secure source.
func newReference() (string, error) {
	var digits [8]byte
	_, err := rand.Read(digits[:])
	return hex.EncodeToString(digits[:]), err
}

func (s *server) create(ctx context.Context, in given) (*customer, error) {
	reference, err := newReference()
	if err != nil {
		return nil, err
	}
	found := customer{Success: true}
	var email string
	var referral *string
	var meta, fields, groups, subscriptions string
	row := s.pool.QueryRow(ctx, statement, s.organisation, in.Email, in.CompanyName, reference, in.CustomerRealIP)
	err = row.Scan(
		&email, &found.CuRefNo, &found.CreditBalance, &found.Phone, &found.FirstName, &found.LastName, &found.CompanyName,
		&found.Premium, &found.Ban, &meta, &fields, &groups, &referral, &subscriptions, &found.NewAccount,
	)
	if err != nil {
		return nil, err
	}
	found.Meta, found.CustomFields = json.RawMessage(meta), json.RawMessage(fields)
	found.Groups, found.RunningSubscriptions = json.RawMessage(groups), json.RawMessage(subscriptions)
	if referral != nil {
		found.Referral = json.RawMessage(*referral)
	}
	return &found, nil
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	var in given
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	made, err := s.create(r.Context(), in)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	text, err := json.Marshal(made)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text)
}

func main() {
	organisation, err := strconv.Atoi(os.Getenv("ORGANISATION"))
	if err != nil {
		log.Fatal(err)
	}
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	config.MinConns, config.MaxConns = connections, connections
	config.AfterConnect = func(ctx context.Context, connection *pgx.Conn) error {
		_, err := connection.Prepare(ctx, statement, os.Getenv("CREATE_OR_RETURN"))
		return err
	}
	pool, err := pgxpool.ConnectConfig(context.Background(), config)
	if err != nil {
		log.Fatal(err)
	}
	address := "127.0.0.1:" + os.Getenv("PORT")
	log.Fatal(http.ListenAndServe(address, &server{pool: pool, organisation: organisation}))
}
