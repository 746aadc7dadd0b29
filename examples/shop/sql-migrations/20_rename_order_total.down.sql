alter table orders rename column total_amount to total;
