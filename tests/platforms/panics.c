// A panic in panics.rs does not end the program. Exit code: 0 if it was caught.
int panic_is_caught(void);

int main(void) {
  return panic_is_caught() == 1 ? 0 : 1;
}
