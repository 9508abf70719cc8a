// Registers a customer, reads it and changes it, as a shop would.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
)

const customerVersion = `query CustomerVersion($by: CustomerBy!) {
  customer(by: $by) { version }
}`

const changePhone = `mutation ChangePhone($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { phone version }
  }
}`

type values = map[string]any

func main() {
	log.SetFlags(0)
	gateway := NewGateway(
		setting("GATEWAY_URL", "http://localhost:4000"),
		setting("GATEWAY_API_KEY", "PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE"),
	)
	if err := run(context.Background(), gateway); err != nil {
		var failed *GatewayError
		if errors.As(err, &failed) && failed.RequestID != "" {
			log.Fatalf("%s (request %s)", failed, failed.RequestID)
		}
		log.Fatal(err)
	}
}

func setting(name, usual string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return usual
}

func run(ctx context.Context, gateway *Gateway) error {
	// Stands for what a shop has: the number of an order, kept before the first try.
	order, err := randomID()
	if err != nil {
		return err
	}

	reference, err := register(ctx, gateway, order)
	if err != nil {
		return err
	}

	fmt.Println("3. Send wrong input")
	wrong := values{"email": "anna", "customerRealIp": "1.1"}
	_, err = gateway.Post(ctx, "/api/v1/customer/create", wrong, "wrong-"+order, nil)
	if refused, ok := failedWith(err, "INTERNAL_VALIDATION_FAILED"); ok {
		fmt.Println(refused)
		for _, field := range refused.Fields {
			fmt.Printf("%s: %s\n", field.Path, field.Message)
		}
	} else if err != nil {
		return err
	}

	fmt.Println("4. Show the customer")
	// What is unknown of a customer is left out.
	detail := struct {
		CompanyName   string `json:"companyName"`
		Phone         string `json:"phone"`
		CreditBalance int    `json:"creditBalance"`
	}{Phone: "unknown"}
	query := url.Values{"cuRefNo": {reference}}
	if err := gateway.Get(ctx, "/api/v1/customer/detail?"+query.Encode(), &detail); err != nil {
		return err
	}
	fmt.Printf("%s, phone: %s, credit: %d\n", detail.CompanyName, detail.Phone, detail.CreditBalance)

	return change(ctx, gateway, order, reference)
}

func register(ctx context.Context, gateway *Gateway, order string) (reference string, err error) {
	fmt.Println("1. Register a customer")
	customer := values{"email": "anna-" + order + "@example.com", "companyName": "Bäckerei Müller"}
	var created struct {
		NewAccount bool   `json:"newAccount"`
		Reference  string `json:"cuRefNo"`
	}
	if _, err := gateway.Post(ctx, "/api/v1/customer/create", customer, "register-"+order, &created); err != nil {
		return "", err
	}
	fmt.Printf("newAccount: %t\n", created.NewAccount)

	fmt.Println("2. Send the same request again")
	replayed, err := gateway.Post(ctx, "/api/v1/customer/create", customer, "register-"+order, &created)
	if err != nil {
		return "", err
	}
	fmt.Printf("newAccount: %t, replayed: %t\n", created.NewAccount, replayed)
	return created.Reference, nil
}

func change(ctx context.Context, gateway *Gateway, order, reference string) error {
	fmt.Println("5. Change the phone")
	by := values{"cuRefNo": reference}
	var before struct {
		Customer struct {
			Version int `json:"version"`
		} `json:"customer"`
	}
	if err := gateway.Query(ctx, customerVersion, values{"by": by}, &before); err != nil {
		return err
	}
	version := before.Customer.Version
	input := values{"by": by, "phone": "+420 777 123 456", "version": version}
	var after struct {
		UpdateCustomer struct {
			Customer struct {
				Phone   string `json:"phone"`
				Version int    `json:"version"`
			} `json:"customer"`
		} `json:"updateCustomer"`
	}
	if err := gateway.Mutate(ctx, changePhone, values{"input": input}, "phone-"+order, &after); err != nil {
		return err
	}
	changed := after.UpdateCustomer.Customer
	fmt.Printf("phone: %s, version: %d, then %d\n", changed.Phone, version, changed.Version)

	fmt.Println("6. Change it again, with the version of before")
	input["phone"] = "+420 777 654 321"
	err := gateway.Mutate(ctx, changePhone, values{"input": input}, "stale-"+order, &after)
	stale, ok := failedWith(err, "INTERNAL_CONFLICT")
	if !ok {
		return err
	}
	// Somebody else was faster: read the customer again, then decide.
	fmt.Println(stale)
	return nil
}

// failedWith gives the error of the gateway, where it is one with this code.
func failedWith(err error, code string) (*GatewayError, bool) {
	var failed *GatewayError
	ok := errors.As(err, &failed) && failed.Code == code
	return failed, ok
}

func randomID() (string, error) {
	bytes := make([]byte, 16)
	_, err := rand.Read(bytes)
	return fmt.Sprintf("%x", bytes), err
}
