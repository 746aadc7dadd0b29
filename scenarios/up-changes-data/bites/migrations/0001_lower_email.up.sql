update customers set email = lower(email);
