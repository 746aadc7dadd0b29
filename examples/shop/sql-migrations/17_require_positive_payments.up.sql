alter table payments add constraint payments_amount_positive check (amount > 0) not valid;
