// Tokens with topic permissions: HS256, signed with SECRET. Any JWT tool makes them.
#ifndef GRANT_TOKENS_H
#define GRANT_TOKENS_H

#include "tokens.h"

// The map form.
//   {"sub":"map","exp":4102444800,"acl":
//   {"pub":["up/${clientid}"],"sub":["down/+"],"all":["both/#"]}}
#define MAP \
  HEADER "." \
  "eyJzdWIiOiJtYXAiLCJleHAiOjQxMDI0NDQ4MDAsImFjbCI6eyJwdWIiOlsidXAvJHtjbGllbnRpZH0iXSwic3Vi" \
  "IjpbImRvd24vKyJdLCJhbGwiOlsiYm90aC8jIl19fQ" \
  ".Xm4SGrT2X4SUS3oW5eEt-qdrNUqy0OoHu5YPfhq_gwo"

// The list form.
//   {"sub":"list","exp":4102444800,"acl":[
//   {"permission":"deny","action":"all","topic":"s/secret/#"},
//   {"permission":"allow","action":"subscribe","topics":["s/#","eq e/#"]},
//   {"permission":"allow","action":"publish","topic":"q/+","qos":[1,2],"retain":false}]}
#define LIST \
  HEADER "." \
  "eyJzdWIiOiJsaXN0IiwiZXhwIjo0MTAyNDQ0ODAwLCJhY2wiOlt7InBlcm1pc3Npb24iOiJkZW55IiwiYWN0aW9u" \
  "IjoiYWxsIiwidG9waWMiOiJzL3NlY3JldC8jIn0seyJwZXJtaXNzaW9uIjoiYWxsb3ciLCJhY3Rpb24iOiJzdWJz" \
  "Y3JpYmUiLCJ0b3BpY3MiOlsicy8jIiwiZXEgZS8jIl19LHsicGVybWlzc2lvbiI6ImFsbG93IiwiYWN0aW9uIjoi" \
  "cHVibGlzaCIsInRvcGljIjoicS8rIiwicW9zIjpbMSwyXSwicmV0YWluIjpmYWxzZX1dfQ" \
  ".bGZ0ff0sU8cK9odnqCT22YjoYCUM3MObJQqg9_bV8mo"

// Rules that depend on the address.
//   {"sub":"places","acl":[
//   {"permission":"deny","action":"all","topic":"door","ipaddr":"198.51.100.0/24"},
//   {"permission":"allow","action":"all","topic":"#","ipaddr":"192.0.2.0/24"}]}
#define PLACES \
  HEADER "." \
  "eyJzdWIiOiJwbGFjZXMiLCJhY2wiOlt7InBlcm1pc3Npb24iOiJkZW55IiwiYWN0aW9uIjoiYWxsIiwidG9waWMi" \
  "OiJkb29yIiwiaXBhZGRyIjoiMTk4LjUxLjEwMC4wLzI0In0seyJwZXJtaXNzaW9uIjoiYWxsb3ciLCJhY3Rpb24i" \
  "OiJhbGwiLCJ0b3BpYyI6IiMiLCJpcGFkZHIiOiIxOTIuMC4yLjAvMjQifV19" \
  ".57mvDBfywn7zGaCAU5-PVL5sVAlQfdNrE5izuj0z-Yo"

// A superuser whose topic permissions permit nothing, with attributes.
//   {"sub":"admin","exp":4102444800,"is_superuser":true,"acl":{},
//   "client_attrs":{"site":"north","floor":3,"none":null,"lit":true,"list":[1],"memo":""}}
#define ADMIN \
  HEADER "." \
  "eyJzdWIiOiJhZG1pbiIsImV4cCI6NDEwMjQ0NDgwMCwiaXNfc3VwZXJ1c2VyIjp0cnVlLCJhY2wiOnt9LCJjbGll" \
  "bnRfYXR0cnMiOnsic2l0ZSI6Im5vcnRoIiwiZmxvb3IiOjMsIm5vbmUiOm51bGwsImxpdCI6dHJ1ZSwibGlzdCI6" \
  "WzFdLCJtZW1vIjoiIn19" \
  ".oAxibTvJDrl6trVItFWoG8_sFRrPXoZxFCqiSQFvUsI"

// A condition that cannot be checked.
//   {"sub":"zoned","is_superuser":true,"acl":[
//   {"permission":"allow","action":"all","topic":"#","zone":"default"}]}
#define ZONED \
  HEADER "." \
  "eyJzdWIiOiJ6b25lZCIsImlzX3N1cGVydXNlciI6dHJ1ZSwiYWNsIjpbeyJwZXJtaXNzaW9uIjoiYWxsb3ciLCJh" \
  "Y3Rpb24iOiJhbGwiLCJ0b3BpYyI6IiMiLCJ6b25lIjoiZGVmYXVsdCJ9XX0" \
  ".FBvtU68YReQNksyt0AxlY0F7jdZdxyMGleA9o7NJMNs"

// Neither of the two forms.
//   {"sub":"odd","acl":"#"}
#define WORDY \
  HEADER "." \
  "eyJzdWIiOiJvZGQiLCJhY2wiOiIjIn0" \
  ".2vP4Agsh-94LbvnKzkRfh4CIwiFFAy0jPShEOKtPogw"

#endif
