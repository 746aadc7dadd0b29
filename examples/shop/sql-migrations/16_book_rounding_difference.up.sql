insert into ledger (transaction_id, account, amount, booked_at, memo)
values (900000, 'revenue', -0.01, '2024-06-12 00:00+00', 'rounding difference');
