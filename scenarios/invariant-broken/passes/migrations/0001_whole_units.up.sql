alter table ledger add column whole_units bigint;
update ledger set whole_units = trunc(amount);
