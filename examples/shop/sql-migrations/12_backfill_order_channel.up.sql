update orders set channel = 'phone' where note like 'By phone%';
